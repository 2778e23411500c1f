import * as v from 'valibot'
import type { AddressInput } from './address.ts'
import { isLoopback, type SmtpOptions, type TlsMode } from './smtp.ts'

/** The `mail` section of an application's configuration. */
export interface MailConfig {
  /** `auto` keeps mail in the outbox in development and in tests, and sends it elsewhere. */
  deliver: 'auto' | 'smtp' | 'outbox'
  from: string
  replyTo: string
  host: string
  port: number
  tls: TlsMode
  user: string
  /** A function, in `config/`, is called on first use. */
  password?: string | (() => string | Promise<string>) | undefined
  timeoutMs: number
  connections: number
  /** Template around the HTML of every mail; empty for none. */
  layout: string
}

const described = <S extends v.GenericSchema>(schema: S, text: string) => v.pipe(schema, v.description(text))
const text = (description: string) => v.optional(described(v.string(), description), '')

/** The schema of the `mail` section, for `resolveConfig` of @arlen/core. */
export function mailConfigSchema(): v.GenericSchema<unknown, MailConfig> {
  const entries = {
    deliver: v.optional(
      described(
        v.picklist(['auto', 'smtp', 'outbox']),
        'Sends mail, or keeps it in .arlen/outbox; auto: kept in development and tests',
      ),
      'auto',
    ),
    from: text('Sender of mail, such as Shop <shop@example.com>'),
    replyTo: text('Where replies go; empty: to the sender'),
    host: text('Host of the mail server; empty: none'),
    port: v.optional(
      described(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)), 'Port of the mail server'),
      587,
    ),
    tls: v.optional(
      described(
        v.picklist(['auto', 'implicit', 'starttls', 'off']),
        'Encryption of the connection; auto: implicit TLS on port 465, else STARTTLS, which is required',
      ),
      'auto',
    ),
    user: text('Login name at the mail server; empty: no login'),
    password: v.optional(
      v.pipe(
        v.union([v.string(), v.function()], 'a string or a function'),
        v.description('Password at the mail server. Set it only in the environment; in config/ also a function'),
        v.metadata({ secret: true }),
      ),
    ),
    timeoutMs: v.optional(
      described(v.pipe(v.number(), v.integer(), v.minValue(1)), 'How long the mail server may be silent'),
      10_000,
    ),
    connections: v.optional(
      described(v.pipe(v.number(), v.integer(), v.minValue(1)), 'Connections to the mail server per process'),
      5,
    ),
    layout: text('Layout template of the HTML of mail; empty: none'),
  }
  const checked = v.pipe(
    v.strictObject(entries),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return
      const { value } = dataset
      const refuse = (key: keyof typeof value, expected: string) =>
        addIssue({ expected, path: [{ type: 'object', origin: 'value', input: value, key, value: value[key] }] })
      if (value.deliver === 'smtp' && value.host === '') refuse('host', 'set to send mail by SMTP')
      if (value.user !== '' && value.password === undefined) refuse('password', 'set where there is a user')
      if (value.tls === 'off' && value.user !== '' && !isLoopback(value.host))
        refuse('tls', 'on where there is a login: the password could be read on the way')
    }),
  )
  return checked as unknown as v.GenericSchema<unknown, MailConfig>
}

/** Converts the configuration to options of `createMailer()`. The caller adds templates, outbox and log. */
export function mailOptions(config: MailConfig): {
  from?: AddressInput
  replyTo?: AddressInput
  smtp?: SmtpOptions
} {
  const { from, replyTo, host, port, tls, user, password, timeoutMs, connections } = config
  return {
    ...(from !== '' && { from }),
    ...(replyTo !== '' && { replyTo }),
    ...(host !== '' && {
      smtp: {
        host,
        port,
        tls,
        timeoutMs,
        connections,
        ...(user !== '' && { user }),
        ...(password !== undefined && { password }),
      },
    }),
  }
}
