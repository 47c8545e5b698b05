import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";

// Menu is a button that opens a few links or buttons below it. One of them, Escape, or a
// step away closes it.
export function Menu({ label, children }: { label: string; children: ComponentChildren }) {
  const menu = useRef<HTMLDetailsElement>(null);
  const close = () => menu.current?.removeAttribute("open");
  return (
    <details
      ref={menu}
      class="menu"
      onFocusOut={(event) => {
        if (!menu.current?.contains(event.relatedTarget as Node | null)) {
          close();
        }
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape" && menu.current?.open) {
          event.preventDefault();
          close();
          menu.current.querySelector("summary")?.focus();
        }
      }}
    >
      <summary class="button">{label}</summary>
      <div class="card choices" onClick={close}>
        {children}
      </div>
    </details>
  );
}
