import { useEffect, useState } from "preact/hooks";
import { useAction, useLive } from "../api/hooks.ts";
import { MarkPortalMessagesSeenDocument, PortalMessageAddedDocument, PortalMessagesDocument, SendPortalMessageDocument } from "../gql/graphql.ts";
import { t } from "../i18n/language.ts";
import { announce } from "../ui/announcer.tsx";
import { MessageRows, Write } from "../ui/messages.tsx";
import { Empty } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";

// PortalMessages are what a customer and the business wrote to each other, about a document or
// about all.
export function PortalMessages({ contactId, documentId = null }: { contactId: string; documentId?: string | null }) {
  const send = useAction(SendPortalMessageDocument, { types: ["PortalMessage"] });
  const seen = useAction(MarkPortalMessagesSeenDocument);
  const [moved, setMoved] = useState(0);
  useEffect(() => void seen.run({ contactId }), [contactId, moved]);
  useLive(PortalMessageAddedDocument, { contactId }, ({ portalMessageAdded: m }) => {
    setMoved((n) => n + 1);
    if (m.fromBusiness) {
      announce(`${t("messageNew")}: ${m.body}`);
    }
  });
  return (
    <section class="card inset stack" aria-label={t("messages")}>
      <h2>{t(documentId ? "comments" : "messages")}</h2>
      <Write
        label={t(documentId ? "commentLabel" : "questionLabel")}
        send={async (body) => (await send.run({ contactId, documentId, body })).faults}
      />
      <Pages
        document={PortalMessagesDocument}
        variables={(after) => ({ id: contactId, documentId, after })}
        connection={(data) => data.portal.contact?.messages}
        types={["PortalMessage"]}
        moved={moved}
        rows={(nodes) => (
          <MessageRows messages={nodes.map((m) => ({ ...m, own: !m.fromBusiness, who: m.fromBusiness ? m.authorName || t("theBusiness") : m.authorName }))} />
        )}
        frame={(pages) => <ul class="plain talk">{pages}</ul>}
        empty={<Empty text={t("messagesEmpty")} />}
      />
    </section>
  );
}
