import { createContext, type ComponentChildren, type InputHTMLAttributes } from "preact";
import { useContext, useEffect, useId, useRef, useState } from "preact/hooks";
import { sort, type Fault, type Sorted } from "../api/failure.ts";
import { t } from "../i18n/language.ts";
import { FaultText } from "./fault.tsx";

interface FormState extends Sorted {
  running: boolean;
  clear(field: string): void;
}

const FormContext = createContext<FormState>({ fields: new Map(), general: [], running: false, clear: () => {} });

interface FormProps {
  // Acts on what was entered and answers with the faults, none after success.
  submit(entered: FormData): Promise<Fault[]>;
  class?: string;
  children: ComponentChildren;
}

// Form checks what its fields ask for, then submits, once at a time. Faults go to the
// fields they name, and the focus to the first of these.
export function Form({ submit, class: className, children }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [sorted, setSorted] = useState<Sorted>({ fields: new Map(), general: [] });
  const [running, setRunning] = useState(false);
  const alive = useRef(true);
  useEffect(() => () => void (alive.current = false), []);
  useEffect(() => {
    if (sorted.fields.size > 0) {
      form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
    }
  }, [sorted]);

  const send = async (submitter: HTMLElement | null) => {
    const controls = fieldsOf(form.current!);
    const found = controls.flatMap((control) => unmet(control));
    const faults = found.length > 0 ? found : await submit(new FormData(form.current!, submitter));
    if (alive.current) {
      setSorted(sort(faults, controls.map((control) => control.name)));
    }
  };
  const clear = (field: string) => {
    if (sorted.fields.has(field)) {
      const fields = new Map(sorted.fields);
      fields.delete(field);
      setSorted({ ...sorted, fields });
    }
  };
  return (
    <FormContext.Provider value={{ ...sorted, running, clear }}>
      <form
        ref={form}
        noValidate
        class={className}
        aria-busy={running}
        onSubmit={async (event) => {
          event.preventDefault();
          if (running) {
            return;
          }
          setRunning(true);
          await send(event.submitter);
          if (alive.current) {
            setRunning(false);
          }
        }}
      >
        {children}
      </form>
    </FormContext.Provider>
  );
}

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

function fieldsOf(form: HTMLFormElement): Control[] {
  return [...form.elements].filter(
    (e): e is Control => (e instanceof HTMLInputElement || e instanceof HTMLSelectElement || e instanceof HTMLTextAreaElement) && e.name !== "",
  );
}

// unmet says which of a field's own conditions does not hold, in the page's language
// rather than the browser's.
function unmet(control: Control): Fault[] {
  const text = (() => {
    if (control.validity.valueMissing || (control.required && control.value.trim() === "")) {
      return t("fieldRequired");
    }
    if (control.validity.typeMismatch && control.type === "email") {
      return t("fieldEmail");
    }
    if ("minLength" in control && control.minLength > 0 && control.value.length < control.minLength) {
      return t("fieldShort", { n: control.minLength });
    }
    return null;
  })();
  return text ? [{ code: "INVALID", field: control.name, text }] : [];
}

// invalid is a fault that the page found itself.
export const invalid = (field: string, text: string): Fault => ({ code: "INVALID", field, text });

// entered reads one field of a form, without spaces around it.
export const entered = (data: FormData, name: string): string => String(data.get(name) ?? "").trim();

interface LabelledProps {
  name: string;
  label: ComponentChildren;
  hint?: string;
  quiet?: boolean; // the label is for screen readers: a column's head shows it
  class?: string;
}

interface Wiring {
  id: string;
  "aria-invalid": boolean;
  "aria-describedby": string | undefined;
}

// Labelled lays out one field: label, control, hint, fault.
function Labelled({ name, label, hint, quiet, class: className = "", control }: LabelledProps & { control(wiring: Wiring): ComponentChildren }) {
  const id = useId();
  const fault = useContext(FormContext).fields.get(name);
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ");
  return (
    <div class={`field ${className}`}>
      <label for={id} class={quiet ? "unseen" : undefined}>
        {label}
      </label>
      {control({ id, "aria-invalid": fault !== undefined, "aria-describedby": described || undefined })}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {fault && (
        <p class="fault" id={`${id}-fault`}>
          <FaultText fault={fault} />
        </p>
      )}
    </div>
  );
}

interface FieldProps extends LabelledProps {
  type?: "text" | "email" | "password" | "date" | "tel" | "search";
  value?: string;
  change?(value: string): void;
  required?: boolean;
  minLength?: number;
  maxLength?: number;
  autocomplete?: InputHTMLAttributes["autocomplete"];
  numeric?: boolean;
  list?: string; // the id of a list of suggestions
  focused?: boolean; // gets the focus when it appears
}

export function Field(props: FieldProps) {
  const { name, type = "text", value = "", change, required, minLength, maxLength, autocomplete, numeric, list, focused } = props;
  const { clear } = useContext(FormContext);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focused) {
      input.current?.focus();
    }
  }, []);
  return (
    <Labelled
      {...props}
      control={(wiring) => {
        const attributes = {
          ...wiring,
          ...(change ? { value } : { defaultValue: value }),
          name,
          type,
          required,
          minLength,
          maxLength,
          autocomplete: autocomplete ?? "off",
          list,
          inputMode: numeric ? "decimal" : undefined,
          class: numeric ? "numeric" : undefined,
        } as InputHTMLAttributes;
        return (
          <input
            {...attributes}
            ref={input}
            onInput={(event) => {
              clear(name);
              change?.(event.currentTarget.value);
            }}
          />
        );
      }}
    />
  );
}

export function TextArea(props: LabelledProps & { value?: string; required?: boolean; rows?: number; maxLength?: number; focused?: boolean }) {
  const { clear } = useContext(FormContext);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (props.focused) {
      area.current?.focus();
    }
  }, []);
  return (
    <Labelled
      {...props}
      control={(wiring) => (
        <textarea
          {...wiring}
          ref={area}
          name={props.name}
          rows={props.rows ?? 3}
          required={props.required}
          maxLength={props.maxLength}
          defaultValue={props.value}
          onInput={() => clear(props.name)}
        />
      )}
    />
  );
}

// FileField takes one file of the kinds that accept names.
export function FileField(props: LabelledProps & { accept: string; required?: boolean }) {
  const { clear } = useContext(FormContext);
  return (
    <Labelled
      {...props}
      control={(wiring) => (
        <input {...wiring} name={props.name} type="file" accept={props.accept} required={props.required} onInput={() => clear(props.name)} />
      )}
    />
  );
}

interface ChoiceProps extends LabelledProps {
  options: readonly { value: string; text: string }[];
  value: string;
  change?(value: string): void;
}

export function Choice(props: ChoiceProps) {
  const { clear } = useContext(FormContext);
  return (
    <Labelled
      {...props}
      control={(wiring) => (
        <select
          {...wiring}
          name={props.name}
          value={props.value}
          onInput={(event) => {
            clear(props.name);
            props.change?.(event.currentTarget.value);
          }}
        >
          {props.options.map((o) => (
            <option key={o.value} value={o.value}>
              {o.text}
            </option>
          ))}
        </select>
      )}
    />
  );
}

interface CheckProps {
  name: string;
  label: string;
  checked?: boolean;
  change?(checked: boolean): void;
}

export function Check({ name, label, checked = false, change }: CheckProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        name={name}
        {...(change ? { checked } : { defaultChecked: checked })}
        onInput={(event) => change?.(event.currentTarget.checked)}
      />
      {label}
    </label>
  );
}

// FormFaults is where a form says what is wrong with none of its fields.
export function FormFaults() {
  const { general } = useContext(FormContext);
  return (
    <div role="alert">
      {general.map((fault, i) => (
        <p class="notice bad" key={i}>
          <FaultText fault={fault} />
        </p>
      ))}
    </div>
  );
}

// FaultOf is where what is wrong with a group of fields, such as a whole list, is said. Some
// control of the group has the group's name.
export function FaultOf({ name }: { name: string }) {
  const fault = useContext(FormContext).fields.get(name);
  return fault ? (
    <p class="fault" role="alert">
      <FaultText fault={fault} />
    </p>
  ) : null;
}

interface SubmitProps {
  class?: string;
  name?: string; // entered with value when this button is the one that was pressed
  value?: string;
  children: ComponentChildren;
}

export function Submit({ class: className = "primary", name, value, children }: SubmitProps) {
  const { running } = useContext(FormContext);
  return (
    <button type="submit" name={name} value={value} class={className} aria-disabled={running}>
      {children}
    </button>
  );
}
