import { useState } from "preact/hooks";
import type { Fault } from "../api/failure.ts";
import { formatInstant } from "../format/day.ts";
import { locale, t } from "../i18n/language.ts";
import { entered, Form, FormFaults, Submit, TextArea } from "./form.tsx";

export interface Said {
  id: string;
  body: string;
  createdAt: string;
  who: string;
  own: boolean; // of the reader's side
}

// MessageRows are messages, the newest first.
export function MessageRows({ messages }: { messages: readonly Said[] }) {
  return (
    <>
      {messages.map((m) => (
        <li key={m.id} class={m.own ? "said own" : "said"}>
          <p class="text">{m.body}</p>
          <small class="quiet">
            {m.who} · {formatInstant(m.createdAt, locale())}
          </small>
        </li>
      ))}
    </>
  );
}

interface WriteProps {
  label: string;
  send(body: string): Promise<Fault[]>;
}

// Write is where a message is written.
export function Write({ label, send }: WriteProps) {
  const [sent, setSent] = useState(0); // empties the form
  return (
    <Form
      key={sent}
      class="stack"
      submit={async (data) => {
        const faults = await send(entered(data, "body"));
        if (faults.length === 0) {
          setSent(sent + 1);
        }
        return faults;
      }}
    >
      <FormFaults />
      <TextArea name="body" label={label} rows={3} maxLength={5000} required />
      <Submit class="">{t("messageSend")}</Submit>
    </Form>
  );
}
