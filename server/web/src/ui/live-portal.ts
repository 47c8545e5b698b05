import { useRef, useState } from "preact/hooks";
import { useLive } from "../api/hooks.ts";
import { moves, newest, type Balance } from "../format/balance.ts";
import { PortalBalanceChangedDocument } from "../gql/graphql.ts";

// useOwnBalances follows the balances of one of a portal customer's contacts. It answers
// the newest of what was asked for and what was pushed since; moved is called for every
// change after the first value.
export function useOwnBalances(contactId: string, asked: readonly Balance[], moved: (balances: Balance[]) => void): Balance[] {
  const pushed = useRef<Balance[] | null>(null);
  const [, render] = useState(0);
  useLive(PortalBalanceChangedDocument, { contactId }, ({ portalBalanceChanged: { balances } }) => {
    const before = pushed.current;
    const now = newest(before ?? [], balances);
    pushed.current = now;
    render((n) => n + 1);
    if (before && moves(before) < moves(now)) {
      moved(now);
    }
  });
  return newest(asked, pushed.current ?? []);
}
