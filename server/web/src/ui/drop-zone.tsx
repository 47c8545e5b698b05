import { useId, useState } from "preact/hooks";

interface DropZoneProps {
  label: string;
  hint: string;
  accept: string; // what the browser offers to choose; what is dropped may be anything
  multiple?: boolean;
  take(files: File[]): void;
}

// DropZone takes files that are chosen or dropped on it, at once.
export function DropZone({ label, hint, accept, multiple = false, take }: DropZoneProps) {
  const id = useId();
  const [over, setOver] = useState(false);
  const offer = (files: FileList | null | undefined) => {
    const all = [...(files ?? [])];
    if (all.length > 0) {
      take(multiple ? all : all.slice(0, 1));
    }
  };
  return (
    <div
      class={over ? "drop over" : "drop"}
      onDragOver={(event) => {
        if (event.dataTransfer?.types.includes("Files")) {
          event.preventDefault();
          setOver(true);
        }
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        offer(event.dataTransfer?.files);
      }}
    >
      <label for={id}>{label}</label>
      <input
        id={id}
        type="file"
        accept={accept}
        multiple={multiple}
        aria-describedby={`${id}-hint`}
        onChange={(event) => {
          offer(event.currentTarget.files);
          event.currentTarget.value = ""; // so that the same file can be chosen again
        }}
      />
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
    </div>
  );
}
