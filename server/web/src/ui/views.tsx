import { useEffect, useRef } from "preact/hooks";
import { Link, withQuery } from "../router.tsx";

interface ViewsProps {
  label: string;
  views: readonly { value: string; text: string }[]; // the first is shown when the address names none
  current: string;
}

// Views is the way between the parts of a card; the part is in the address.
export function Views({ label, views, current }: ViewsProps) {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone the row scrolls sideways: the part that is shown must be in sight.
    nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [current]);
  return (
    <nav ref={nav} class="views" aria-label={label}>
      {views.map(({ value, text }, i) => (
        <Link key={value} href={withQuery({ view: i === 0 ? null : value })} current={value === current} replace>
          {text}
        </Link>
      ))}
    </nav>
  );
}

// viewOf is the part that an address names, the first for one that names none of them.
export function viewOf(views: readonly { value: string }[], query: URLSearchParams): string {
  const named = query.get("view");
  return views.find((v) => v.value === named)?.value ?? views[0]!.value;
}
