import { stringifyDocument, type TypedDocumentNode } from "@urql/core";
import { ask } from "../session.ts";
import { faults, type Fault } from "./failure.ts";

interface Answer<D> {
  data?: D | null;
  errors?: { message: string; extensions?: Record<string, unknown> }[];
}

// upload sends a mutation whose input has one file, by the multipart request specification,
// and tells which part of it, 0 to 1, has left. fetch cannot tell that; nothing of the answer
// enters the cache of answers.
export function upload<D, I extends { file: File }>(
  document: TypedDocumentNode<D, { input: I }>,
  input: I,
  progress: (part: number) => void,
): Promise<{ data: D; faults: [] } | { data: null; faults: Fault[] }> {
  const body = new FormData();
  body.set("operations", JSON.stringify({ query: stringifyDocument(document), variables: { input: { ...input, file: null } } }));
  body.set("map", JSON.stringify({ 0: ["variables.input.file"] }));
  body.set("0", input.file);
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = (event) => progress(event.total > 0 ? event.loaded / event.total : 0);
    request.onloadend = () => {
      const { data, errors } = read<D>(request.responseText);
      if (data && !errors) {
        done({ data, faults: [] });
        return;
      }
      const found = faults({ graphQLErrors: errors ?? [] });
      if (found.some((f) => f.code === "UNAUTHENTICATED")) {
        void ask("signedOut");
      }
      done({ data: null, faults: found });
    };
    request.open("POST", "/graphql");
    request.setRequestHeader("accept", "application/graphql-response+json, application/json");
    request.setRequestHeader("kartela-csrf", "1");
    request.send(body);
  });
}

// What is no answer of the API, such as nothing at all, reads as none.
function read<D>(text: string): Answer<D> {
  try {
    return JSON.parse(text) as Answer<D>;
  } catch {
    return {};
  }
}
