import { useEffect, useState } from "react";

/** The value once it has rested for a moment, so that not every keystroke asks the server. */
export function useDelayed<Value>(value: Value, ms = 150): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
