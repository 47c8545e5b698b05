import { openApi, type Api, type Ending } from "./api/client.ts";
import { ViewerDocument, type ViewerQuery } from "./gql/graphql.ts";
import { suggest } from "./i18n/language.ts";
import { go } from "./router.tsx";
import { store } from "./store.ts";

export type Viewer = NonNullable<ViewerQuery["viewer"]>;

// Who is at the page. Every value comes with an Api of its own, so that nothing that was
// cached for one person is shown to the next.
export type Session =
  | { state: "asking"; api: Api }
  | { state: "unreachable"; api: Api }
  | { state: "guest"; api: Api; ended: Ending | null }
  | { state: "in"; api: Api; viewer: Viewer };

export const session = store<Session>({ state: "asking", api: openApi(lost) });

// ask finds out who is signed in, as at the start of the page. ended says why the session
// before is over, for the guest that is found in its place.
export async function ask(ended: Ending | null = null): Promise<void> {
  session.get().api.close();
  const api = openApi(lost);
  session.set({ state: "asking", api });
  const answer = await api.client.query(ViewerDocument, {}, { requestPolicy: "network-only" }).toPromise();
  if (session.get().api !== api) {
    return; // overtaken
  }
  if (answer.data?.viewer) {
    suggest(answer.data.viewer.language);
    session.set({ state: "in", api, viewer: answer.data.viewer });
  } else if (answer.data) {
    session.set({ state: "guest", api, ended });
  } else {
    session.set({ state: "unreachable", api });
  }
}

// What a member of the staff looks at as its customers see it; null when they do not.
export const looking = store<{ contactId: string; name: string; until: string } | null>(null);

// look shows the portal by a session of its own, which is in no cookie and is gone with the page.
export function look(token: string, viewer: Viewer, at: { contactId: string; name: string; until: string }): void {
  session.get().api.close();
  looking.set(at);
  session.set({ state: "in", api: openApi(stopLooking, token), viewer });
}

// stopLooking goes back to the staff's own session, and to the contact.
export function stopLooking(): void {
  const at = looking.get();
  looking.set(null);
  if (at) {
    go(`/contacts/${at.contactId}?view=portal`, { replace: true });
  }
  void ask();
}

// leave is called when the person has signed out.
export function leave(): void {
  session.get().api.close();
  session.set({ state: "guest", api: openApi(lost), ended: null });
  go("/");
}

// The server ended the session, or a part of what it may see: whoever is still signed in
// goes on with what is left.
function lost(reason: Ending): void {
  void ask(reason);
}
