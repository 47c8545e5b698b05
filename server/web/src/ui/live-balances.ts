import { useRef, useState } from "preact/hooks";
import { BalanceChangedDocument } from "../gql/graphql.ts";
import { useLive } from "../api/hooks.ts";
import { moves, newest, type Balance } from "../format/balance.ts";

// useLiveBalances follows the balances of up to 100 contacts. It answers a reader of a
// contact's balances: the newest of what was asked for and what was pushed since. moved is
// called for every change after the first value.
export function useLiveBalances(ids: readonly string[], moved: (id: string, balances: Balance[]) => void) {
  const pushed = useRef(new Map<string, Balance[]>());
  const [, render] = useState(0);
  useLive(BalanceChangedDocument, ids.length > 0 ? { contactIds: [...ids] } : null, ({ balanceChanged: { contactId, balances } }) => {
    const before = pushed.current.get(contactId);
    const now = newest(before ?? [], balances);
    pushed.current.set(contactId, now);
    render((n) => n + 1);
    if (before && moves(before) < moves(now)) {
      moved(contactId, now);
    }
  });
  return (id: string, asked: readonly Balance[]): Balance[] => newest(asked, pushed.current.get(id) ?? []);
}
