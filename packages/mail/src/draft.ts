import { mailError } from './errors.ts'

/** The mail that templates are rendered for; it is their context, with the method `subject()`. */
export class MailDraft {
  subject: string | undefined
}

/**
 * The additional helper of mail templates, for `contextHelpers` of `createViews()`:
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
