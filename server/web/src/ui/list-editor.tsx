import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n/language.ts";
import { announce } from "./announcer.tsx";
import { FaultOf } from "./form.tsx";

interface ListEditorProps<T extends { key: string }> {
  name: string; // of the list in the API: where what is wrong with the whole list is said
  legend: string;
  itemName(n: number): string; // of the item with this number, from 1
  add: string; // what the button that adds one says
  items: readonly T[];
  most: number;
  blank(): T;
  change(items: T[]): void;
  children(item: T, i: number, change: (part: Partial<T>) => void): ComponentChildren;
}

// ListEditor edits a list whose order matters: items are added, taken out, and moved. The
// focus goes along with what was done.
export function ListEditor<T extends { key: string }>({ name, legend, itemName, add, items, most, blank, change, children }: ListEditorProps<T>) {
  const list = useRef<HTMLFieldSetElement>(null);
  const next = useRef<{ key: string; part: string } | null>(null); // what gets the focus when it is there
  useEffect(() => {
    const wanted = next.current;
    next.current = null;
    if (!wanted) {
      return;
    }
    const item = [...list.current!.querySelectorAll<HTMLElement>("[data-key]")].find((e) => e.dataset.key === wanted.key);
    const found = item?.querySelector<HTMLElement>(wanted.part) ?? item?.querySelector<HTMLElement>(".move:not(:disabled)");
    (found ?? list.current!.querySelector<HTMLElement>(".add"))?.focus();
  }, [items]);

  const move = (i: number, by: -1 | 1) => {
    const moved = [...items];
    [moved[i], moved[i + by]] = [moved[i + by]!, moved[i]!];
    next.current = { key: items[i]!.key, part: `.move[data-by="${by}"]:not(:disabled)` };
    change(moved);
    announce(itemName(i + by + 1));
  };
  return (
    <fieldset ref={list} class="list">
      <legend>{legend}</legend>
      <FaultOf name={name} />
      {items.map((item, i) => (
        <div key={item.key} class="item" role="group" aria-label={itemName(i + 1)} data-key={item.key}>
          <div class="parts">{children(item, i, (part) => change(items.map((other) => (other === item ? { ...other, ...part } : other))))}</div>
          <div class="moves">
            {([-1, 1] as const).map((by) => (
              <button
                key={by}
                type="button"
                class="icon move"
                data-by={by}
                aria-label={t(by < 0 ? "moveUp" : "moveDown", { item: itemName(i + 1) })}
                disabled={!items[i + by]}
                onClick={() => move(i, by)}
              >
                <svg viewBox="0 0 16 16" aria-hidden="true">
                  <path d={by < 0 ? "M3.5 10l4.5-4.5 4.5 4.5" : "M3.5 6l4.5 4.5 4.5-4.5"} />
                </svg>
              </button>
            ))}
            <button
              type="button"
              class="icon"
              aria-label={t("removeItem", { item: itemName(i + 1) })}
              onClick={() => {
                next.current = { key: "", part: "" };
                change(items.filter((other) => other !== item));
              }}
            >
              <svg viewBox="0 0 16 16" aria-hidden="true">
                <path d="M3.5 3.5l9 9m0-9l-9 9" />
              </svg>
            </button>
          </div>
        </div>
      ))}
      <button
        type="button"
        class="add"
        disabled={items.length >= most}
        onClick={() => {
          const item = blank();
          next.current = { key: item.key, part: "input, select" };
          change([...items, item]);
        }}
      >
        {add}
      </button>
    </fieldset>
  );
}
