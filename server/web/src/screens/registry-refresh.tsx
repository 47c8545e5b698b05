import { useEffect, useState } from "preact/hooks";
import { useAction } from "../api/hooks.ts";
import { formatInstant } from "../format/day.ts";
import { ApplyRegistryCheckDocument, RegistryChecksDocument, type ProofFragment, type RegistryField } from "../gql/graphql.ts";
import type { Key } from "../i18n/en.ts";
import { locale, t } from "../i18n/language.ts";
import { announce } from "../ui/announcer.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Form, FormFaults, invalid, Submit } from "../ui/form.tsx";
import { Empty, Loading } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import { CompanyFacts, Differences, FoundNotice, ProofLine, useLookup, type Found } from "./lookup.tsx";

interface RegistryRefreshProps {
  contact: { id: string; version: number; vatNumber: string };
  onDone?(): void; // values were taken over into the contact
}

// RegistryRefresh asks the registry about a contact that is here and takes over what differs,
// field by field. It is nothing for a contact without a VAT number.
export function RegistryRefresh({ contact, onDone }: RegistryRefreshProps) {
  const [open, setOpen] = useState(false);
  if (!contact.vatNumber) {
    return null;
  }
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        {t("registryRefresh")}
      </button>
      {open && <RefreshDialog contact={contact} close={() => setOpen(false)} {...(onDone && { onDone })} />}
    </>
  );
}

const fieldTexts: Record<RegistryField, Key> = {
  COMPANY: "company",
  PROFESSION: "profession",
  VAT_NUMBER: "vatNumber",
  TAX_OFFICE: "registryTaxOffice",
  ADDRESS: "address",
};

function RefreshDialog({ contact, close, onDone }: RegistryRefreshProps & { close(): void }) {
  const { running, ask } = useLookup();
  const apply = useAction(ApplyRegistryCheckDocument, { types: ["Contact"] });
  const [found, setFound] = useState<Found | null>(null);
  const [chosen, setChosen] = useState<readonly RegistryField[]>([]);
  const look = async (options = {}) => {
    const answer = await ask({ country: "", vatNumber: contact.vatNumber, contactId: contact.id }, options);
    setFound(answer);
    setChosen((answer.answer?.differences ?? []).filter((d) => d.present === "").map((d) => d.field));
  };
  useEffect(() => void look(), []);
  const check = found?.answer?.check;
  const differences = (check?.valid && found?.answer?.differences) || [];
  return (
    <Dialog title={t("registryRefreshTitle", { number: contact.vatNumber })} close={close}>
      <Form
        submit={async () => {
          if (chosen.length === 0 || !check) {
            return [invalid("", t("registryChooseNothing"))];
          }
          const { data, faults } = await apply.run({ checkId: check.id, contactId: contact.id, version: contact.version, fields: [...chosen] });
          if (data) {
            announce(t("registryTaken"));
            close();
            onDone?.();
          }
          return faults;
        }}
      >
        <div role="status">
          {(running || !found) && <Loading />}
          {!running && found && <FoundNotice found={found} askVies={() => void look({ vies: true })} askAgain={() => void look({ fresh: true })} />}
        </div>
        <FormFaults />
        {!running && check?.valid && (
          <>
            {differences.length === 0 && <p class="quiet">{t("lookupSame")}</p>}
            {differences.length > 0 && (
              <fieldset class="offer">
                <legend>{t("lookupOffer")}</legend>
                <Differences
                  lines={differences.map((d) => ({ key: d.field, label: t(fieldTexts[d.field]), present: d.present, registry: d.registry }))}
                  chosen={chosen}
                  choose={setChosen}
                />
              </fieldset>
            )}
            <CompanyFacts company={check.company} />
          </>
        )}
        <div class="actions">
          <button type="button" onClick={close}>
            {t(differences.length > 0 ? "cancel" : "close")}
          </button>
          {differences.length > 0 && <Submit>{t("registryTake")}</Submit>}
        </div>
      </Form>
    </Dialog>
  );
}

// RegistryChecks lists the proofs that are kept with a contact, newest first.
export function RegistryChecks({ contactId }: { contactId: string }) {
  return (
    <Pages
      document={RegistryChecksDocument}
      variables={(after) => ({ id: contactId, after })}
      connection={(data) => data.contact?.registryChecks}
      types={["RegistryCheck"]}
      rows={(nodes) => nodes.map((check) => <CheckLine key={check.id} check={check} />)}
      frame={(pages) => <ul class="card plain">{pages}</ul>}
      empty={<Empty text={t("proofsEmpty")} />}
    />
  );
}

function CheckLine({ check }: { check: ProofFragment }) {
  const by = check.requestedBy ? check.requestedBy.name || check.requestedBy.email : t("proofByItself");
  return (
    <li>
      <p>
        {check.registry} · {check.country} {check.number}{" "}
        <span class={`tag ${check.valid ? "good" : "bad"}`}>{t(check.valid ? "proofValid" : "proofInvalid")}</span>
      </p>
      <small>{t("proofAskedAt", { time: formatInstant(check.createdAt, locale()), by })}</small>
      <ProofLine check={check} />
    </li>
  );
}
