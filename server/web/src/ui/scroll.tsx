import type { ComponentChildren } from "preact";

// Scroll holds what may be wider than the page; the keyboard reaches it.
export function Scroll({ label, card = false, children }: { label: string; card?: boolean; children: ComponentChildren }) {
  return (
    <div class={card ? "card scroll" : "scroll"} tabIndex={0} role="region" aria-label={label}>
      {children}
    </div>
  );
}
