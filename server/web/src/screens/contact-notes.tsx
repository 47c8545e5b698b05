import { useState } from "preact/hooks";
import { useAction } from "../api/hooks.ts";
import { AddContactNoteDocument, ContactNotesDocument } from "../gql/graphql.ts";
import { formatInstant } from "../format/day.ts";
import { locale, t } from "../i18n/language.ts";
import { entered, Form, FormFaults, Submit, TextArea } from "../ui/form.tsx";
import { Empty } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import type { Card } from "./contact.tsx";

// NotesView shows what staff wrote about the contact, and adds to it.
export function NotesView({ card: { contact, mayEdit } }: { card: Card }) {
  const { run } = useAction(AddContactNoteDocument, { types: ["Note"] });
  const [turn, setTurn] = useState(0); // a new form after each note
  return (
    <>
      {mayEdit && (
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
          <TextArea name="text" label={t("newNote")} required maxLength={20_000} />
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
              <p class="text">{note.text}</p>
              <small>
                {note.author && `${note.author.name || note.author.email} · `}
                {formatInstant(note.createdAt, locale())}
              </small>
            </li>
          ))
        }
        frame={(pages) => <ul class="card plain">{pages}</ul>}
        empty={<Empty text={t("notesEmpty")} />}
      />
    </>
  );
}
