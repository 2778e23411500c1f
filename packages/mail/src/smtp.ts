import { invalidOption, type OptionTable, option, readOptions } from '@arlen/core/options'
import type { Transporter } from 'nodemailer'
import type { MailAddress } from './address.ts'
import type { MailMessage } from './message.ts'
import { smtpFailure } from './smtp-failure.ts'

/** `auto` is `implicit` on port 465, else `starttls`, which fails if the server does not offer it. */
export type TlsMode = 'auto' | 'implicit' | 'starttls' | 'off'

/** How to connect to a mail server. */
export interface SmtpOptions {
  host: string
  /** Default 587, the port for mail submission (RFC 6409); 465 with implicit TLS (RFC 8314). */
  port?: number
  /** Default `auto`. `off` with a login is rejected unless the server is on this machine. */
  tls?: TlsMode
  user?: string
  /** A function is called on first use, and again after the server has rejected the login. */
  password?: string | (() => string | Promise<string>)
  /** Certificates to trust instead of those of Node.js, as PEM. */
  ca?: string
  /** How long the server may be silent, in milliseconds. Default 10,000. */
  timeoutMs?: number
  /** Most connections; further mails wait in memory. Default 5. */
  connections?: number
}

/** The outcome of a mail. */
export interface SentMessage {
  /** Its Message-ID, without the angle brackets. */
  id: string
  /** The recipients that the server rejected while it accepted others. */
  rejected: string[]
}

const TLS_MODES: readonly TlsMode[] = ['auto', 'implicit', 'starttls', 'off']
const OPTIONS: OptionTable<SmtpOptions> = {
  host: option.required(option.text),
  port: option.integer(1, 65_535),
  tls: option.oneOf(...TLS_MODES),
  user: option.text,
  password: option.either(option.string, option.func),
  ca: option.text,
  timeoutMs: option.durationMs(1),
  connections: option.integer(1),
}

/** Whether a host name means this machine, where eavesdropping is impossible. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}

/** Sends mails to one server by SMTP, over connections that are kept open. */
export class SmtpSender {
  readonly #options: SmtpOptions
  readonly #server: string
  readonly #secrets: string[] = []
  #transport: Promise<Transporter> | undefined

  /** @throws ArlenError `option_unknown`, `option_invalid` */
  constructor(given: SmtpOptions) {
    this.#options = readOptions('createMailer(): smtp', given, OPTIONS)
    const { host, port = 587, tls, user, password } = this.#options
    this.#server = `${host}:${port}`
    if (tls === 'off' && user !== undefined && !isLoopback(host)) {
      throw invalidOption(
        'createMailer()',
        'smtp.tls',
        'must not be off with a login: the password could be read on the way',
      )
    }
    if (user !== undefined && password === undefined)
      throw invalidOption('createMailer()', 'smtp.password', 'must be given with a user')
  }

  /** @throws ArlenError with a code for each kind of failure; see the table of errors */
  async send(message: MailMessage): Promise<SentMessage> {
    this.#transport ??= this.#open()
    const transport = this.#transport
    try {
      const { rejected = [] } = await (await transport).sendMail(toNodemailer(message))
      return { id: message.id, rejected: rejected.map(String) }
    } catch (error) {
      const failure = smtpFailure(error, message.template, this.#server, this.#secrets)
      // The password may have changed: the next mail asks for it again.
      if (failure.code === 'mail_login_failed' && this.#transport === transport) await this.close()
      throw failure
    }
  }

  async close(): Promise<void> {
    const transport = this.#transport
    this.#transport = undefined
    await transport?.then(
      opened => opened.close(),
      () => undefined,
    )
  }

  async #open(): Promise<Transporter> {
    const { host, port = 587, tls = 'auto', user, password, ca, timeoutMs = 10_000, connections = 5 } = this.#options
    const pass = typeof password === 'function' ? await password() : (password ?? '')
    this.#secrets.splice(0, this.#secrets.length, pass)
    const { createTransport } = await import('nodemailer')
    const implicit = tls === 'implicit' || (tls === 'auto' && port === 465)
    return createTransport({
      pool: true,
      maxConnections: connections,
      host,
      port,
      secure: implicit,
      requireTLS: !implicit && tls !== 'off',
      ignoreTLS: tls === 'off',
      tls: { minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) },
      ...(user !== undefined && { auth: { user, pass } }),
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      dnsTimeout: timeoutMs,
      // Mails come from templates; nothing in them is a path or a URL to fetch.
      disableFileAccess: true,
      disableUrlAccess: true,
    }) as Transporter
  }
}

function toNodemailer(message: MailMessage) {
  const { id, date, from, to, cc, bcc, replyTo, subject, text, html, headers, attachments } = message
  return {
    messageId: `<${id}>`,
    date: new Date(date),
    from,
    to: to.map(plain),
    cc: cc.map(plain),
    bcc: bcc.map(plain),
    ...(replyTo && { replyTo }),
    subject,
    ...(text !== undefined && { text }),
    ...(html !== undefined && { html }),
    headers: { ...headers },
    attachments: attachments.map(({ filename, contentType, cid, content }) => ({
      filename,
      content: Buffer.from(content),
      ...(contentType !== undefined && { contentType }),
      ...(cid !== undefined && { cid }),
    })),
  }
}

function plain({ name, address }: MailAddress): MailAddress {
  return { name, address }
}
