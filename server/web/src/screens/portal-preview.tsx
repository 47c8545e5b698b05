import { useEffect, useState } from "preact/hooks";
import type { Fault } from "../api/failure.ts";
import { useAction, useQuery } from "../api/hooks.ts";
import { ContactNameDocument, PreviewPortalDocument } from "../gql/graphql.ts";
import { t } from "../i18n/language.ts";
import { go, Link } from "../router.tsx";
import { look } from "../session.ts";
import { Faults } from "../ui/fault.tsx";
import { Loading } from "../ui/page.tsx";

// PortalPreviewScreen begins a look at the portal as a contact's customers see it, and goes there.
export function PortalPreviewScreen({ id }: { id: string }) {
  const { data, faults } = useQuery(ContactNameDocument, { id });
  const { run } = useAction(PreviewPortalDocument);
  const [refused, setRefused] = useState<readonly Fault[]>([]);
  const name = data?.contact?.displayName;
  const begin = async () => {
    const { data: done, faults: found } = await run({ contactId: id });
    setRefused(found);
    if (done) {
      const { token, expiresAt, viewer } = done.previewPortal;
      go("/portal", { replace: true });
      look(token, viewer, { contactId: id, name: name ?? "", until: expiresAt });
    }
  };
  useEffect(() => {
    if (name !== undefined) {
      void begin();
    }
  }, [name]);
  return (
    <>
      <Link href={`/contacts/${id}?view=portal`} class="up">
        {t("portalAccess")}
      </Link>
      <Faults faults={faults.length > 0 ? faults : refused} again={() => void begin()} />
      {faults.length === 0 && refused.length === 0 && <Loading />}
    </>
  );
}
