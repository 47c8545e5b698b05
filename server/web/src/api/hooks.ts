import type { AnyVariables, CombinedError, OperationContext, TypedDocumentNode } from "@urql/core";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { session } from "../session.ts";
import { faults, type Fault } from "./failure.ts";
import { attempts } from "./key.ts";

export interface Answer<D> {
  data: D | undefined; // of the variables before while those of now are on their way
  current: boolean; // whether data answers the variables of now
  faults: Fault[];
  again(): void; // asks once more
}

interface QueryOptions {
  types?: string[]; // what the answer is about, where it may come back empty: a mutation that adds the first one is noticed
  moved?: number; // the version of what the answer depends on; another one asks again
}

// useQuery asks, and again whenever variables change, a mutation touched what was shown, or
// what it depends on has moved elsewhere.
export function useQuery<D, V extends AnyVariables>(
  document: TypedDocumentNode<D, V>,
  variables: V,
  { types, moved = 0 }: QueryOptions = {},
): Answer<D> {
  const key = JSON.stringify(variables);
  const [answer, setAnswer] = useState<{ key: string; data?: D | undefined; error?: CombinedError | undefined }>({ key: "" });
  const [turn, setTurn] = useState(0);
  const asked = useRef({ turn, moved });
  useEffect(() => {
    const context: Partial<OperationContext> = types ? { additionalTypenames: types } : {};
    if (asked.current.turn !== turn || asked.current.moved !== moved) {
      asked.current = { turn, moved };
      context.requestPolicy = "network-only";
    }
    const answers = session.get().api.client.query(document, variables, context).subscribe((result) => {
      // A refresh that failed leaves on the page what was shown; the fault is shown with it.
      setAnswer((before) => ({ key, data: result.data ?? (before.key === key ? before.data : undefined), error: result.error }));
    });
    return () => answers.unsubscribe();
  }, [document, key, turn, moved]);
  return {
    data: answer.data,
    current: answer.key === key,
    faults: answer.key === key ? faults(answer.error) : [],
    again: useCallback(() => setTurn((n) => n + 1), []),
  };
}

// useLive follows a subscription for as long as the component is shown. read gets every
// value; gone is called when the server ends it or refuses it.
export function useLive<D, V extends AnyVariables>(
  document: TypedDocumentNode<D, V>,
  variables: V | null, // null: follow nothing
  read: (data: D) => void,
): void {
  const latest = useRef(read);
  latest.current = read;
  useEffect(() => {
    if (!variables) {
      return;
    }
    const followed = session.get().api.client.subscription(document, variables).subscribe((result) => {
      if (result.data) {
        latest.current(result.data);
      }
    });
    return () => followed.unsubscribe();
  }, [document, JSON.stringify(variables)]);
}

const together = 300; // milliseconds within which what moves is one move

// useMoves counts what has moved elsewhere, for lists to ask again by: many moves at once, such as
// those that a subscription begins with, count as one.
export function useMoves(): [moved: number, touch: () => void] {
  const [moved, setMoved] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const touch = useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      setMoved((n) => n + 1);
    }, together);
  }, []);
  return [moved, touch];
}

export interface Action<I, D> {
  running: boolean;
  // Sends the input and gives the answer's data, or the faults.
  run(input: I): Promise<{ data: D; faults: [] } | { data: null; faults: Fault[] }>;
}

interface ActionOptions {
  guest?: boolean; // the action is for people who are not signed in
  types?: string[]; // what it may have changed besides what its answer holds
}

// useAction sends a mutation whose one argument is an input, with an idempotency key: a
// repeat of the same input after a failure has the effect of one.
export function useAction<D, I extends { idempotencyKey?: string | null | undefined }>(
  document: TypedDocumentNode<D, { input: I }>,
  { guest = false, types }: ActionOptions = {},
): Action<Omit<I, "idempotencyKey">, D> {
  const [running, setRunning] = useState(false);
  const keys = useRef(attempts());
  const run = async (input: Omit<I, "idempotencyKey">) => {
    setRunning(true);
    const idempotencyKey = keys.current.key(input);
    const context: Partial<OperationContext> = { guest };
    if (types) {
      context.additionalTypenames = types;
    }
    const result = await session
      .get()
      .api.client.mutation(document, { input: { ...input, idempotencyKey } as I }, context)
      .toPromise();
    setRunning(false);
    if (result.data && !result.error) {
      keys.current.succeeded();
      return { data: result.data, faults: [] as [] };
    }
    return { data: null, faults: faults(result.error) };
  };
  return { running, run };
}
