import { mailError } from './errors.ts'

/** The mail that templates are rendered for, their context: `subject()` is a method of it. */
export class MailDraft {
  subject: string | undefined
}

/**
 * The helper that mail templates have besides those of pages, for `contextHelpers` of `createViews()`:
 * `` <% subject(`Welcome, ${$name}`) -%> ``.
 */
export const mailHelpers: { readonly subject: (context: unknown) => (text: string) => void } = {
  subject: context => text => {
    if (!(context instanceof MailDraft)) {
      throw mailError('mail_helper_misplaced', { helper: 'subject', problem: 'belongs to templates of mail.' })
    }
    context.subject = String(text)
  },
}
