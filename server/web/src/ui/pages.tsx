import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useQuery } from "../api/hooks.ts";
import type { Fault } from "../api/failure.ts";
import { t } from "../i18n/language.ts";
import { Faults } from "./fault.tsx";
import { Loading } from "./page.tsx";

export interface Connection<N> {
  nodes: readonly N[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
}

interface PagesProps<D, V extends AnyVariables, N> {
  document: TypedDocumentNode<D, V>;
  variables(after: string | null): V;
  connection(data: D): Connection<N> | null | undefined;
  types: string[]; // what the list is of: see useQuery
  moved?: number; // see useQuery
  rows(nodes: readonly N[], page: number): ComponentChildren; // one page's rows; pages count from 0
  frame(pages: ComponentChildren): ComponentChildren; // what is around all pages
  empty: ComponentChildren;
}

// What a page has told about itself.
interface Report {
  count: number;
  next: string | null; // the cursor of the page that follows, null after the last
  faults: Fault[];
  again(): void;
}

// Pages shows a connection, and more of it on request. Each page is a query of its own that
// begins where the page before it ends now: rows that move while the list is open are
// neither skipped nor shown twice.
export function Pages<D, V extends AnyVariables, N>(props: PagesProps<D, V, N>) {
  const [open, setOpen] = useState(1);
  const [reports, setReports] = useState<readonly Report[]>([]);
  const report = (i: number, told: Report) => setReports((before) => Object.assign([...before], { [i]: told }));
  const shown: { after: string | null }[] = [{ after: null }];
  for (let i = 1; i < open && reports[i - 1]?.next; i++) {
    shown.push({ after: reports[i - 1]!.next });
  }
  const first = reports[0];
  const last = reports[shown.length - 1];
  const failed = reports.slice(0, shown.length).find((r) => r && r.faults.length > 0);
  return (
    <>
      {!first && <Loading />}
      {failed && <Faults faults={failed.faults} again={failed.again} />}
      {first?.count === 0 && first.faults.length === 0 && props.empty}
      <div hidden={!first || first.count === 0}>
        {props.frame(shown.map(({ after }, i) => <OnePage key={i} {...props} page={i} after={after} report={(told) => report(i, told)} />))}
        {last?.next && (
          <p class="more">
            <button type="button" onClick={() => setOpen(shown.length + 1)}>
              {t("more")}
            </button>
          </p>
        )}
      </div>
    </>
  );
}

type OnePageProps<D, V extends AnyVariables, N> = PagesProps<D, V, N> & {
  page: number;
  after: string | null;
  report(told: Report): void;
};

function OnePage<D, V extends AnyVariables, N>({ document, variables, connection, types, moved, rows, page: number, after, report }: OnePageProps<D, V, N>) {
  const { data, current, faults, again } = useQuery(document, variables(after), { types, moved });
  const page = data && connection(data);
  useEffect(() => {
    if (current) {
      const { hasNextPage, endCursor } = page?.pageInfo ?? { hasNextPage: false, endCursor: null };
      report({ count: page?.nodes.length ?? 0, next: hasNextPage ? (endCursor ?? null) : null, faults, again });
    }
  }, [current, page, faults.length]);
  return <>{page && rows(page.nodes, number)}</>;
}
