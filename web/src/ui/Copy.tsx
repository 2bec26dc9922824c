import { Check, Copy as CopyIcon } from "lucide-react";
import { useState } from "react";
import { Button } from "./Button";
import css from "./Copy.module.css";

/** A text to take elsewhere, with a button that copies it. */
export function Copy({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      setCopied(false); // Without HTTPS there is no clipboard: the text can be selected instead.
    }
  };
  return (
    <div className={css.copy}>
      <code className={css.text} title={label}>
        {text}
      </code>
      <Button size="s" icon={copied ? Check : CopyIcon} onClick={() => void copy()}>
        {copied ? "Copied" : "Copy"}
      </Button>
    </div>
  );
}
