import "graphiql/style.css";
import "./main.css";
import { GraphiQL } from "graphiql";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { example } from "./example.js";
import { fetcher } from "./fetcher.js";

createRoot(document.getElementById("graphiql")).render(
  createElement(GraphiQL, { fetcher, defaultQuery: example, shouldPersistHeaders: false }),
);
