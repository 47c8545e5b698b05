import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../i18n/language.ts";
import type { Fault } from "../api/failure.ts";
import { Form, FormFaults, Submit } from "./form.tsx";

interface DialogProps {
  title: string;
  close(): void;
  wide?: boolean;
  children: ComponentChildren;
}

// Dialog asks for something over the page. It is open as long as it is rendered; Escape
// and its button close it, and the focus goes back to where it was.
export function Dialog({ title, close, wide = false, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current!;
    const before = document.activeElement;
    dialog.showModal();
    return () => {
      dialog.close();
      if (before instanceof HTMLElement && before.isConnected) {
        before.focus();
      }
    };
  }, []);
  return (
    <dialog
      ref={ref}
      class={wide ? "wide" : ""}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <header>
        <h2 id={id}>{title}</h2>
        <button type="button" class="icon" aria-label={t("close")} onClick={close}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M3.5 3.5l9 9m0-9l-9 9" />
          </svg>
        </button>
      </header>
      {children}
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  question: string;
  action: string;
  danger?: boolean;
  close(): void;
  run(): Promise<Fault[]>;
}

// Confirm asks before it acts, closes after success and says what went wrong otherwise.
export function Confirm({ title, question, action, danger = false, close, run }: ConfirmProps) {
  return (
    <Dialog title={title} close={close}>
      <Form
        submit={async () => {
          const faults = await run();
          if (faults.length === 0) {
            close();
          }
          return faults;
        }}
      >
        <p>{question}</p>
        <FormFaults />
        <div class="actions">
          <button type="button" onClick={close}>
            {t("cancel")}
          </button>
          <Submit class={danger ? "danger" : "primary"}>{action}</Submit>
        </div>
      </Form>
    </Dialog>
  );
}
