import { useState } from "preact/hooks";
import { useAction } from "../api/hooks.ts";
import { AddContactNoteDocument, ContactNotesDocument, DeleteContactNoteDocument, UpdateContactNoteDocument, type NotePartsFragment } from "../gql/graphql.ts";
import { formatInstant } from "../format/day.ts";
import { locale, t } from "../i18n/language.ts";
import { mayManage } from "../role.ts";
import { Confirm } from "../ui/dialog.tsx";
import { entered, Form, FormFaults, Submit, TextArea } from "../ui/form.tsx";
import { Empty } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import type { Card } from "./contact.tsx";

const longest = 20_000; // characters

// NotesView shows what staff wrote about the contact, and adds to it.
export function NotesView({ card }: { card: Card }) {
  const { contact } = card;
  const { run } = useAction(AddContactNoteDocument, { types: ["Note"] });
  const [turn, setTurn] = useState(0); // a new form after each note
  return (
    <>
      {card.mayEdit && (
        <Form
          key={turn}
          class="card inset"
          submit={async (data) => {
            const { data: done, faults } = await run({ contactId: contact.id, text: entered(data, "text") });
            if (done) {
              setTurn(turn + 1);
            }
            return faults;
          }}
        >
          <FormFaults />
          <TextArea name="text" label={t("newNote")} required maxLength={longest} />
          <div class="actions">
            <Submit class="">{t("addNote")}</Submit>
          </div>
        </Form>
      )}
      <Pages
        document={ContactNotesDocument}
        variables={(after) => ({ id: contact.id, after })}
        connection={(data) => data.contact?.notes}
        types={["Note"]}
        rows={(nodes) =>
          nodes.map((note) => (
            <li key={note.id}>
              <NoteText note={note} role={card.role} />
            </li>
          ))
        }
        frame={(pages) => <ul class="card plain">{pages}</ul>}
        empty={<Empty text={t("notesEmpty")} />}
      />
    </>
  );
}

// NoteText is a note with who wrote it. Its author changes it in its place; its author and
// administrators delete it.
export function NoteText({ note, role }: { note: NotePartsFragment; role: string }) {
  const change = useAction(UpdateContactNoteDocument, { types: ["Note"] });
  const remove = useAction(DeleteContactNoteDocument, { types: ["Note"] });
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const close = () => setOpen(null);
  if (open === "edit") {
    return (
      <Form
        submit={async (data) => {
          const { faults } = await change.run({ id: note.id, text: entered(data, "text") });
          if (faults.length === 0) {
            close();
          }
          return faults;
        }}
      >
        <FormFaults />
        <TextArea name="text" label={t("editNote")} value={note.text} required maxLength={longest} rows={4} focused />
        <div class="actions small">
          <button type="button" onClick={close}>
            {t("cancel")}
          </button>
          <Submit>{t("save")}</Submit>
        </div>
      </Form>
    );
  }
  const changed = note.updatedAt !== note.createdAt;
  return (
    <div class="spread note">
      <div>
        <p class="text">{note.text}</p>
        <small>
          {note.author && `${note.author.name || note.author.email} · `}
          {formatInstant(note.createdAt, locale())}
          {changed && ` · ${t("noteChanged", { time: formatInstant(note.updatedAt, locale()) })}`}
        </small>
      </div>
      {(note.mine || mayManage(role)) && (
        <div class="actions small">
          {note.mine && (
            <button type="button" onClick={() => setOpen("edit")}>
              {t("edit")}
              <span class="unseen"> {t("ofNote")}</span>
            </button>
          )}
          <button type="button" onClick={() => setOpen("delete")}>
            {t("delete")}
            <span class="unseen"> {t("ofNote")}</span>
          </button>
        </div>
      )}
      {open === "delete" && (
        <Confirm
          title={t("deleteNote")}
          question={t("deleteNoteQuestion")}
          action={t("delete")}
          danger
          close={close}
          run={async () => (await remove.run({ id: note.id })).faults}
        />
      )}
    </div>
  );
}
