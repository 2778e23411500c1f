import { type Channel, channel } from 'node:diagnostics_channel'
import { type Logger, type LoggerOption, toLogger } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import type { AddressInput } from './address.ts'
import { compose, type MailTemplates } from './compose.ts'
import { mailError } from './errors.ts'
import type { MailMessage, MessageOptions } from './message.ts'
import { keepMessage } from './outbox.ts'
import { type SentMessage, type SmtpOptions, SmtpSender } from './smtp.ts'

/** Options of {@link createMailer}. */
export interface MailerOptions {
  /** Renders the texts: for example views of @arlen/view created with `mailHelpers`. */
  templates: MailTemplates
  /** The default sender. */
  from?: AddressInput
  replyTo?: AddressInput
  smtp?: SmtpOptions
  /** A folder: mails are kept there instead of being sent, whatever `smtp` is. */
  outbox?: string
  log?: LoggerOption
}

/** The names of mails and their templates' locals: `{ welcome: { name: string } }`. */
export type MailTable = Record<string, object>

/** Sends mails that are rendered from templates. */
export interface Mailer<Mails extends object = MailTable> {
  /**
   * Sends `mail/<name>`: its text is the template `mail/<name>.txt`, its HTML `mail/<name>`; one of them is enough.
   * Resolves when the server has accepted it.
   *
   * @throws ArlenError for an invalid mail (`mail_…_missing`, `mail_…_invalid`) and for a failed delivery
   *   (`mail_server_unreachable`, `mail_login_failed`, `mail_rejected`, `mail_deferred`, …). Failures are logged too.
   */
  send<Name extends keyof Mails & string>(name: Name, message: MessageOptions<Mails[Name]>): Promise<SentMessage>
  /** Waits for mails in progress, then closes the connections. */
  close(): Promise<void>
}

/** What `arlen:mail:send` publishes for each mail. A subscriber that sets `handled` prevents sending. */
export interface MailEvent {
  readonly message: MailMessage
  handled: boolean
}

const sending: Channel = channel('arlen:mail:send')
const kept: Channel = channel('arlen:mail:keep')
const OPTIONS: OptionTable<MailerOptions> = {
  templates: option.required(option.object),
  from: option.any,
  replyTo: option.any,
  smtp: option.object,
  outbox: option.text,
  log: option.any,
}

/**
 * Creates a mailer. It connects when the first mail is sent.
 *
 * ```ts
 * const templates = createViews({ dir: 'templates', contextHelpers: mailHelpers })
 * const mail = createMailer({ templates, from: 'Shop <shop@example.com>', smtp: { host: 'mail.example.com', user, password } })
 * await mail.send('welcome', { to: 'ada@example.com', locals: { name: 'Ada' } })
 * ```
 *
 * @throws ArlenError `option_unknown`, `option_invalid`
 */
export function createMailer<Mails extends object = MailTable>(given: MailerOptions): Mailer<Mails> {
  const options = readOptions('createMailer()', given, OPTIONS)
  const log = toLogger(options.log ?? false)
  const smtp = options.smtp && new SmtpSender(options.smtp)
  const pending = new Set<Promise<unknown>>()
  const { templates, from, replyTo, outbox } = options

  const send = async (name: string, message: MessageOptions): Promise<SentMessage> => {
    try {
      const composed = await compose(templates, name, message, { from, replyTo })
      return await deliver(composed, { smtp, outbox, log })
    } catch (err) {
      log.error({ err, mail: name }, 'mail was not sent')
      throw err
    }
  }
  return {
    send: (name, message) => {
      const sent = send(name, message as MessageOptions)
      const settled = sent.then(
        () => void pending.delete(settled),
        () => void pending.delete(settled),
      )
      pending.add(settled)
      return sent
    },
    close: async () => {
      await Promise.all(pending)
      await smtp?.close()
    },
  }
}

interface Ways {
  smtp: SmtpSender | undefined
  outbox: string | undefined
  log: Logger
}

async function deliver(message: MailMessage, { smtp, outbox, log }: Ways): Promise<SentMessage> {
  const { id, template } = message
  const recipients = message.to.length + message.cc.length + message.bcc.length
  const event: MailEvent = { message, handled: false }
  sending.publish(event)
  if (event.handled) return { id, rejected: [] }
  if (outbox !== undefined) {
    const file = await keepMessage(outbox, message)
    kept.publish({ message, file })
    log.info({ mail: template, file }, 'mail was kept in the outbox')
    return { id, rejected: [] }
  }
  if (smtp === undefined) throw mailError('mail_not_configured', { name: template })
  const sent = await smtp.send(message)
  const line = { mail: template, messageId: id, recipients, rejected: sent.rejected.length }
  if (sent.rejected.length > 0) log.warn(line, 'mail was sent, but not to all recipients')
  else log.info(line, 'mail was sent')
  return sent
}
