import { useLive, useMoves } from "../api/hooks.ts";
import { AnyBalanceChangedDocument } from "../gql/graphql.ts";

// useBusinessMoves counts the changes of balances of all contacts that the reader may see: what
// lists of documents and payments ask again by.
export function useBusinessMoves(): number {
  const [moved, touch] = useMoves();
  useLive(AnyBalanceChangedDocument, {}, touch);
  return moved;
}
