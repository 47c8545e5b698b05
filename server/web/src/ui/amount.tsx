import { useEffect, useRef, useState } from "preact/hooks";
import { formatMoney, sign, type Money } from "../format/amount.ts";
import { locale } from "../i18n/language.ts";

interface AmountProps {
  money: Money;
  class?: string;
}

// Amount writes money; below zero is marked by more than its colour, the sign.
export function Amount({ money, class: className = "" }: AmountProps) {
  const tone = ["negative", "zero", ""][sign(money.amount) + 1]!;
  return <span class={`amount ${tone} ${className}`}>{formatMoney(money, locale())}</span>;
}

// LiveAmount lights up for a moment whenever its value moves.
export function LiveAmount({ money, class: className = "" }: AmountProps) {
  const shown = useRef(money.amount);
  const [moves, setMoves] = useState(0);
  useEffect(() => {
    if (shown.current !== money.amount) {
      shown.current = money.amount;
      setMoves((n) => n + 1); // a new key makes the animation begin again
    }
  }, [money.amount]);
  return <Amount key={moves} money={money} class={moves > 0 ? `${className} moved` : className} />;
}
