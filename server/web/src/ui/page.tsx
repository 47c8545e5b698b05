import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n/language.ts";

let pages = 0;

// PageTitle heads a page of its own address and names the browser's tab. When the reader
// came here from another page of ours, it takes the focus, as a loaded page would.
export function PageTitle({ text, children }: { text: string; children?: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${text} · Kartela`;
  }, [text]);
  useEffect(() => {
    if (pages++ > 0 && !(document.activeElement instanceof HTMLInputElement)) {
      heading.current?.focus({ preventScroll: true });
    }
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children ?? text}
    </h1>
  );
}

// Loading shows itself only after a moment, so that quick answers do not flicker.
export function Loading() {
  return (
    <p class="loading" role="status">
      {t("loading")}
    </p>
  );
}

export function Empty({ title, text, children }: { title?: string; text: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      {title && <h2>{title}</h2>}
      <p>{text}</p>
      {children}
    </div>
  );
}
