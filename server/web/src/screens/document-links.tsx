import { useState } from "preact/hooks";
import { useAction, useQuery } from "../api/hooks.ts";
import type { Fault } from "../api/failure.ts";
import { formatInstant } from "../format/day.ts";
import { CreateDocumentLinkDocument, DocumentLinksDocument, RevokeDocumentLinkDocument, type LinkRowFragment } from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { Copyable } from "../ui/copy.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Faults } from "../ui/fault.tsx";
import { Empty, Loading } from "../ui/page.tsx";

// LinksButton opens the addresses by which a document is read without an account.
export function LinksButton({ documentId }: { documentId: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        {t("links")}
      </button>
      {open && (
        <Dialog title={t("linksTitle")} close={() => setOpen(false)}>
          <Links documentId={documentId} />
        </Dialog>
      )}
    </>
  );
}

function Links({ documentId }: { documentId: string }) {
  const { data, faults, again } = useQuery(DocumentLinksDocument, { id: documentId }, { types: ["DocumentLink"] });
  const { run, running } = useAction(CreateDocumentLinkDocument, { types: ["DocumentLink"] });
  const [made, setMade] = useState<{ id: string; url: string } | null>(null);
  const [refused, setRefused] = useState<readonly Fault[]>([]);
  const links = data?.document?.links;
  return (
    <div class="stack">
      <p class="quiet">{t("linksIntro")}</p>
      <Faults faults={[...faults, ...refused]} again={again} />
      {made && (
        <div class="notice" role="status">
          <p>{t("linkMade")}</p>
          <Copyable label={t("linkAddress")} text={made.url} />
        </div>
      )}
      {!links && faults.length === 0 && <Loading />}
      {links?.length === 0 && <Empty text={t("linksEmpty")} />}
      <ul class="plain">
        {links?.map((link) => (
          <Row
            key={link.id}
            link={link}
            revoked={() => {
              if (made?.id === link.id) {
                setMade(null);
              }
            }}
          />
        ))}
      </ul>
      <div class="actions">
        <button
          type="button"
          class="primary"
          aria-disabled={running}
          onClick={async () => {
            const { data: answer, faults: told } = await run({ documentId });
            setRefused(told);
            if (answer) {
              setMade({ id: answer.createDocumentLink.link.id, url: answer.createDocumentLink.url });
            }
          }}
        >
          {t("linkMake")}
        </button>
      </div>
    </div>
  );
}

function Row({ link, revoked }: { link: LinkRowFragment; revoked(): void }) {
  const { run, running } = useAction(RevokeDocumentLinkDocument, { types: ["DocumentLink"] });
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const at = (time: string) => formatInstant(time, locale());
  const by = link.createdBy && (link.createdBy.name || link.createdBy.email);
  return (
    <li class="spread">
      <div class="name">
        {[at(link.createdAt), by].filter(Boolean).join(" · ")}
        <small>
          {link.revokedAt
            ? t("linkRevokedAt", { time: at(link.revokedAt) })
            : link.lastUsedAt
              ? t("linkUsedAt", { time: at(link.lastUsedAt) })
              : t("linkNeverUsed")}
        </small>
        <Faults faults={faults} />
      </div>
      {!link.revokedAt && (
        <button
          type="button"
          aria-disabled={running}
          onClick={async () => {
            const { faults: told } = await run({ id: link.id });
            setFaults(told);
            if (told.length === 0) {
              revoked();
            }
          }}
        >
          {t("linkRevoke")}
        </button>
      )}
    </li>
  );
}
