import { useState } from "preact/hooks";
import { useAction, useLive } from "../api/hooks.ts";
import { MessageAddedDocument, MessagesDocument, SendMessageDocument } from "../gql/graphql.ts";
import { t } from "../i18n/language.ts";
import { MessageRows, Write } from "../ui/messages.tsx";
import { Empty } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";

// ContactMessages are what the people of a contact and the business wrote to each other.
export function ContactMessages({ contactId, mayWrite }: { contactId: string; mayWrite: boolean }) {
  const send = useAction(SendMessageDocument, { types: ["Message"] });
  const [moved, setMoved] = useState(0);
  useLive(MessageAddedDocument, { contactId }, () => setMoved((n) => n + 1));
  return (
    <section class="card inset stack" aria-label={t("messages")}>
      {mayWrite && <Write label={t("answerLabel")} send={async (body) => (await send.run({ contactId, body })).faults} />}
      <Pages
        document={MessagesDocument}
        variables={(after) => ({ id: contactId, after })}
        connection={(data) => data.contact?.messages}
        types={["Message"]}
        moved={moved}
        rows={(nodes) => <MessageRows messages={nodes.map((m) => ({ ...m, own: m.author === "STAFF", who: m.authorName }))} />}
        frame={(pages) => <ul class="plain talk">{pages}</ul>}
        empty={<Empty text={t("messagesNone")} />}
      />
    </section>
  );
}
