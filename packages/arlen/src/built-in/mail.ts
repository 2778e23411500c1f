import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '@arlen/core'
import { createMailer, MailDraft, type Mailer } from '@arlen/mail'
import { mailOptions } from '@arlen/mail/config'
import { OUTBOX_FOLDER } from '@arlen/mail/outbox'
import type { LocalsOf, TemplateName, Templates, Untyped, Views } from '@arlen/view'
import type { Config } from '../config/config.ts'
import { isProduction } from '../config/load-config.ts'
import { appError } from '../errors.ts'

type Both = keyof Templates
type NameOf<Key> = Key extends `mail/${infer Name}.txt` ? Name : Key extends `mail/${infer Name}` ? Name : never
type LocalsIn<Key> = Key extends Both ? LocalsOf<Key> : unknown

/**
 * The mails of an application and the parameters of their templates, from the folder `templates/mail`: any, until the types
 * are generated.
 */
export type AppMails = [Both] extends [never]
  ? Record<string, Untyped>
  : { [Name in NameOf<Both>]: LocalsIn<`mail/${Name}`> & LocalsIn<`mail/${Name}.txt`> & object }

/** Sends the application's mail; see @arlen/mail. */
export type AppMailer = Mailer<AppMails>

/** What the mail of an application needs from it. */
export interface MailSource {
  readonly root: string
  readonly environment: string
  readonly config: Pick<Config, 'mail' | 'views'>
  readonly log: Logger
  /** Opens the templates a second time, because mail has its own layout and no request. */
  openViews(layout: string): Views<unknown>
}

/** The mailer of an application, according to its configuration: an outbox in development and tests, SMTP elsewhere. */
export function createAppMailer({ root, environment, config, log, openViews }: MailSource): AppMailer {
  const { deliver, layout } = config.mail
  const keeps = deliver === 'outbox' || (deliver === 'auto' && !isProduction(environment))
  let views: Views<unknown> | undefined
  const open = () => {
    const dir = join(root, config.views.dir)
    if (views === undefined && !existsSync(dir)) throw appError('mail_templates_missing', { dir: join(dir, 'mail') })
    views ??= openViews(layout)
    return views
  }
  return createMailer<AppMails>({
    ...mailOptions(config.mail),
    templates: {
      has: name => open().has(name),
      render: (name, locals, draft) => open().render(name as TemplateName, locals, draft),
    },
    ...(keeps && { outbox: join(root, outboxOf(environment)) }),
    log,
  })
}

/** Each environment has its own, as with embedded databases. */
function outboxOf(environment: string): string {
  return environment === 'development' ? OUTBOX_FOLDER : `${OUTBOX_FOLDER}-${environment}`
}

/** Page helpers need a request. Mail has none, so they say that instead of failing somewhere inside. */
export function forRequestsOnly<Context, Helper>(
  helper: string,
  make: (context: Context) => Helper,
): (context: Context) => Helper {
  return context => {
    if (context instanceof MailDraft) throw appError('helper_needs_request', { helper })
    return make(context)
  }
}
