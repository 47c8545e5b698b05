import { createClient, type Client } from "graphql-ws/client";
import { store } from "../store.ts";

// How the page's one socket is doing. It is opened by the first thing to follow and closed
// after the last.
export type Connection = "idle" | "connecting" | "live" | "reconnecting";

export const connection = store<Connection>("idle");

// Close codes by which the server says that this session may not listen (any longer).
const unauthenticated = 4401;
const forbidden = 4403;

const heartbeat = 15_000; // a ping after so many silent milliseconds
const patience = 5_000; // how long its answer may take
const longestWait = 30_000;

// openSocket makes the page's graphql-transport-ws client, authenticated by the session
// cookie, or by the token that is given. ended is called when the server closes it for want of a right to listen; for any
// other reason it is opened again, after growing, random waits, and every subscription
// begins anew with its present value.
export function openSocket(ended: (reason: "signedOut" | "access") => void, token?: string): Client {
  let overdue: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: location.origin.replace(/^http/, "ws") + "/graphql",
    ...(token && { connectionParams: { authorization: `Bearer ${token}` } }),
    keepAlive: heartbeat,
    lazyCloseTimeout: 2_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: (failure) => !isFinal(failure),
    retryWait: (attempt) => wait(Math.min(longestWait, 500 * 2 ** attempt) * (0.5 + Math.random() / 2)),
    on: {
      connecting: () => connection.set(connection.get() === "reconnecting" ? "reconnecting" : "connecting"),
      connected: () => connection.set("live"),
      ping: (received) => {
        if (!received) {
          overdue = setTimeout(() => client.terminate(), patience);
        }
      },
      pong: (received) => {
        if (received) {
          clearTimeout(overdue);
        }
      },
      closed: (event) => {
        clearTimeout(overdue);
        const code = (event as CloseEvent).code;
        if (code === unauthenticated || code === forbidden) {
          connection.set("idle");
          ended(code === forbidden ? "access" : "signedOut");
        } else {
          connection.set(code === 1000 ? "idle" : "reconnecting"); // 1000: nothing is left to follow
        }
      },
    },
  });
  return client;
}

function isFinal(failure: unknown): boolean {
  const code = (failure as Partial<CloseEvent> | null)?.code;
  return code === unauthenticated || code === forbidden;
}

// wait ends after so many milliseconds, or when the browser comes back: online again, or
// the page looked at again.
function wait(milliseconds: number): Promise<void> {
  return new Promise((done) => {
    const finish = () => {
      clearTimeout(timer);
      removeEventListener("online", finish);
      document.removeEventListener("visibilitychange", visible);
      done();
    };
    const visible = () => document.visibilityState === "visible" && finish();
    const timer = setTimeout(finish, milliseconds);
    addEventListener("online", finish);
    document.addEventListener("visibilitychange", visible);
  });
}
