// What went wrong with a request, in the form in which a screen can show it.

export type Code =
  | "INVALID"
  | "NOT_FOUND"
  | "CONFLICT"
  | "FORBIDDEN"
  | "UNAUTHENTICATED"
  | "RATE_LIMITED"
  | "TOO_LARGE"
  | "INTERNAL"
  | "OFFLINE"; // ours: the server could not be reached

export interface Fault {
  code: Code;
  field: string; // the API's path, such as "lines.2.quantity"; "" when no field is at fault
  text: string; // the server's sentence; "" when there is none
  current?: Record<string, unknown>; // of a CONFLICT over a version: what is there now
}

interface GraphQLErrorLike {
  message: string;
  extensions?: Record<string, unknown> | undefined;
}

interface FailedAnswer {
  networkError?: Error | undefined;
  graphQLErrors: readonly GraphQLErrorLike[];
}

const codes: readonly string[] = [
  "INVALID", "NOT_FOUND", "CONFLICT", "FORBIDDEN", "UNAUTHENTICATED", "RATE_LIMITED", "TOO_LARGE", "INTERNAL",
];

// faults reads the failures of an answer, in their order. A code that is not of the API's
// vocabulary (a query over a limit, a failure of the server's own) is INTERNAL; a request
// that had no answer is OFFLINE.
export function faults(answer: FailedAnswer | undefined): Fault[] {
  if (!answer) {
    return [];
  }
  if (answer.graphQLErrors.length === 0) {
    return [{ code: "OFFLINE", field: "", text: "" }];
  }
  return answer.graphQLErrors.map(({ message, extensions }) => {
    const code = extensions?.code;
    const field = extensions?.field;
    const current = extensions?.current;
    return {
      code: typeof code === "string" && codes.includes(code) ? (code as Code) : "INTERNAL",
      field: typeof field === "string" ? field : "",
      text: message,
      ...(isRecord(current) && { current }),
    };
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

export interface Sorted {
  fields: Map<string, Fault>; // by the form's field, the first fault of each
  general: Fault[]; // for the head of the form
}

// sort gives each fault to the field of a form that it names. A form that edits a part of
// what the API names takes the fault of the part: "emails.0.email" belongs to a field
// "emails", when there is no nearer one. What names no field of the form is general.
export function sort(found: readonly Fault[], formFields: readonly string[]): Sorted {
  const sorted: Sorted = { fields: new Map(), general: [] };
  for (const fault of found) {
    const field = nearest(fault.field, formFields);
    if (field === null) {
      sorted.general.push(fault);
    } else if (!sorted.fields.has(field)) {
      sorted.fields.set(field, fault);
    }
  }
  return sorted;
}

function nearest(path: string, formFields: readonly string[]): string | null {
  for (let part = path; part; part = part.slice(0, Math.max(part.lastIndexOf("."), 0))) {
    if (formFields.includes(part)) {
      return part;
    }
  }
  return null;
}
