import { Toast } from "@base-ui/react/toast";
import { CircleAlert, CircleCheck, X } from "lucide-react";
import css from "./Toasts.module.css";

const manager = Toast.createToastManager();

/** Says that something was done. */
export function said(title: string, description?: string): void {
  manager.add({ title, description, type: "good", timeout: 4500 });
}

/** Says what could not be done and what to do about it. */
export function failed(error: unknown): void {
  const title = error instanceof Error ? error.message : "That did not work";
  const detail = typeof error === "object" && error !== null && "detail" in error ? error.detail : undefined;
  manager.add({
    title,
    description: typeof detail === "string" ? detail : undefined,
    type: "bad",
    timeout: 9000,
    priority: "high",
  });
}

function List() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={css.toast} swipeDirection="right">
      <Toast.Content className={css.content}>
        {toast.type === "bad" ? (
          <CircleAlert className={css.bad} size={18} aria-hidden />
        ) : (
          <CircleCheck className={css.good} size={18} aria-hidden />
        )}
        <div className={css.text}>
          <Toast.Title className={css.title} render={<p />} />
          <Toast.Description className={css.description} />
        </div>
        <Toast.Close className={css.close} aria-label="Close">
          <X size={15} aria-hidden />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}

/** Where messages appear; once, at the top of the page's tree. */
export function Toasts() {
  return (
    <Toast.Provider toastManager={manager}>
      <Toast.Portal>
        <Toast.Viewport className={css.viewport}>
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}
