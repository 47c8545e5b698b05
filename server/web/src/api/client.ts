import { cacheExchange, Client, fetchExchange, mapExchange, subscriptionExchange } from "@urql/core";
import type { Client as Socket } from "graphql-ws/client";
import { faults } from "./failure.ts";
import { connection, openSocket } from "./socket.ts";

export type Ending = "signedOut" | "access";

// An Api is what one session talks through: queries and mutations over HTTP with a cache
// of whole answers, subscriptions over one socket. A mutation takes out of the cache, and
// asks again for, every shown answer that holds a type its own answer holds.
export interface Api {
  client: Client;
  close(): void;
}

// openApi makes one, of the browser's session, or of the one whose token is given. ended is called,
// at most once, when the server says that the session is no more: by an UNAUTHENTICATED answer or by
// closing the socket.
export function openApi(ended: (reason: Ending) => void, token?: string): Api {
  let over = false;
  const end = (reason: Ending) => {
    if (!over) {
      over = true;
      ended(reason);
    }
  };
  const socket = openSocket(end, token);
  const client = new Client({
    url: "/graphql",
    preferGetMethod: false,
    // A header of our own makes a browser ask before it lets another site's page send this.
    fetchOptions: token
      ? { credentials: "omit", headers: { Authorization: `Bearer ${token}` } }
      : { credentials: "same-origin", headers: { "Kartela-Csrf": "1" } },
    requestPolicy: "cache-and-network",
    exchanges: [
      cacheExchange,
      mapExchange({
        onError(error, operation) {
          const signingIn = operation.context.guest === true;
          if (!signingIn && faults(error).some((f) => f.code === "UNAUTHENTICATED")) {
            end("signedOut");
          }
        },
      }),
      fetchExchange,
      overSocket(socket),
    ],
  });
  return {
    client,
    close() {
      over = true;
      connection.set("idle");
      void socket.dispose();
    },
  };
}

function overSocket(socket: Socket) {
  return subscriptionExchange({
    forwardSubscription: ({ query = "", variables = {}, operationName }) => ({
      subscribe: (sink) => ({
        unsubscribe: socket.subscribe(
          { query, variables: variables as Record<string, unknown>, operationName },
          sink as Parameters<typeof socket.subscribe>[1],
        ),
      }),
    }),
  });
}
