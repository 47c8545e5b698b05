import { render } from "preact";
import { App } from "./app.tsx";
import { ask } from "./session.ts";
import "./style/base.css";
import "./style/controls.css";
import "./style/shell.css";
import "./style/screens.css";
import "./style/contacts.css";
import "./style/intake.css";
import "./style/projects.css";

void ask();
render(<App />, document.getElementById("page")!);
