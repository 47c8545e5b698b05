import { useAction } from "../api/hooks.ts";
import { CreateContactDocument, UpdateContactDocument, type ContactCardFragment } from "../gql/graphql.ts";
import { t } from "../i18n/language.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Check, entered, Field, Form, FormFaults, invalid, Submit } from "../ui/form.tsx";

interface ContactFormProps {
  contact?: ContactCardFragment; // the one to change; a new one when left out
  close(): void;
  done?(id: string): void;
}

// ContactForm makes or changes a contact: its names, VAT number, roles, and the e-mail
// address and telephone number to use first. Other addresses of the contact stay.
export function ContactForm({ contact, close, done }: ContactFormProps) {
  const create = useAction(CreateContactDocument, { types: ["Contact"] });
  const update = useAction(UpdateContactDocument);
  const email = contact?.emails.find((e) => e.primary);
  const phone = contact?.phones.find((p) => p.primary);

  const submit = async (data: FormData) => {
    const input = {
      firstName: entered(data, "firstName"),
      lastName: entered(data, "lastName"),
      company: entered(data, "company"),
      vatNumber: entered(data, "vatNumber"),
      isClient: data.has("isClient"),
      isSupplier: data.has("isSupplier"),
      emails: withFirst(contact?.emails ?? [], email?.id, entered(data, "emails"), (e) => ({ id: e.id, email: e.email, label: e.label }), (value) => ({ email: value })),
      phones: withFirst(contact?.phones ?? [], phone?.id, entered(data, "phones"), (p) => ({ id: p.id, number: p.number, label: p.label }), (value) => ({ number: value })),
    };
    if (!input.firstName && !input.lastName && !input.company) {
      return [invalid("company", t("nameNeeded"))];
    }
    const result = contact
      ? await update.run({ ...input, id: contact.id, version: contact.version })
      : await create.run(input);
    if (result.data) {
      close();
      done?.("createContact" in result.data ? result.data.createContact.contact.id : result.data.updateContact.contact.id);
    }
    return result.faults;
  };

  return (
    <Dialog title={t(contact ? "editContactTitle" : "createContactTitle")} close={close}>
      <Form submit={submit}>
        <FormFaults />
        <Field name="company" label={t("company")} value={contact?.company} maxLength={100} focused />
        <div class="pair">
          <Field name="firstName" label={t("firstName")} value={contact?.firstName} maxLength={50} />
          <Field name="lastName" label={t("lastName")} value={contact?.lastName} maxLength={50} />
        </div>
        <div class="pair">
          <Field name="vatNumber" label={t("vatNumber")} value={contact?.vatNumber} maxLength={20} />
          <Field name="phones" label={t("phone")} type="tel" value={phone?.number} maxLength={40} />
        </div>
        <Field name="emails" label={t("email")} type="email" value={email?.email} maxLength={254} />
        <div class="checks">
          <Check name="isClient" label={t("isClient")} checked={contact?.isClient ?? true} />
          <Check name="isSupplier" label={t("isSupplier")} checked={contact?.isSupplier ?? false} />
        </div>
        <div class="actions">
          <button type="button" onClick={close}>
            {t("cancel")}
          </button>
          <Submit>{t("save")}</Submit>
        </div>
      </Form>
    </Dialog>
  );
}

// withFirst is a sub-list to save whole: the first entry set to value, or taken out for an
// empty one, the others as they were.
function withFirst<T extends { id: string }, I extends object>(
  all: readonly T[],
  firstId: string | undefined,
  value: string,
  keep: (item: T) => I & { id: string },
  make: (value: string) => I,
): (I & { id?: string; primary: boolean })[] {
  const rest = all.filter((item) => item.id !== firstId).map((item) => ({ ...keep(item), primary: false }));
  if (!value) {
    return rest;
  }
  const first = all.find((item) => item.id === firstId);
  return [{ ...(first && keep(first)), ...make(value), primary: true }, ...rest];
}
