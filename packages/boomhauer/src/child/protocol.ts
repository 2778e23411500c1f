import type { Diagnostic } from '@arlen/core'
import type { SourceLocation } from '@arlen/core/stack'
import type { Inspect } from './inspect-argument.ts'

/** Messages from the supervisor to a child. */
export type ToChild =
  /** Compile the templates of a folder. */
  | { type: 'prepare'; templates: TemplateFolders }
  | { type: 'load'; entry: string; socket: string; inspect?: Inspect }
  /** Report what the start waits for. */
  | { type: 'where' }
  | { type: 'ask'; id: number; question: Question }
  /** Finish requests within `graceMs`, close all resources, and exit. */
  | { type: 'close'; graceMs: number }

export interface TemplateFolders {
  /** Relative to the root. Default: the folder in the application's configuration. */
  dir: string | undefined
  /** Output folder, absolute, for the modules that TypeScript checks. */
  outDir: string
}

/** What a running application reports about itself. */
export interface AppInfo {
  routes?: readonly RouteInfo[]
  config?: readonly SettingInfo[]
  /** Globs in the application's configuration: what to watch in addition to loaded files, and what to ignore. */
  watch?: readonly string[]
  ignore?: readonly string[]
}

/** A route as the development server shows it. */
export interface RouteInfo {
  methods: string
  path: string
  name?: string
}

/** A setting as the development server shows it; secrets are masked. */
export interface SettingInfo {
  key: string
  value: string
  source: string
}

/** One request that the application answered. */
export interface RequestRecord {
  method: string
  path: string
  status: number
  /** Milliseconds by stage, `total` among them. */
  timings?: Readonly<Record<string, number>>
  /** The pattern of the route. */
  route?: string
  /** The queries, each text once, in the order of their first run. */
  sql?: readonly SqlRecord[]
  /** Templates, partials and layouts, in the order in which they began to be rendered. */
  templates?: readonly { name: string; count: number }[]
  logs?: readonly LogRecord[]
  /** The mail that it sent, or that was kept in the outbox. */
  mails?: readonly MailRecord[]
}

/** A query of a request. */
export interface SqlRecord {
  text: string
  /** How often it ran. */
  count: number
  /** All runs together. */
  ms: number
  /** Rows of all runs. */
  rows?: number
  /** `file:line:column` of the call. */
  caller?: string
  slow?: boolean
  /** It ran again and again (n+1): one query for all rows would do. */
  repeated?: boolean
  failed?: boolean
  /** The text is incomplete. */
  clipped?: boolean
}

/** A line that was logged during a request, whether or not the log's level lets it through. */
export interface LogRecord {
  /** Milliseconds after the request began. */
  atMs: number
  level: string
  text: string
}

/** A mail of a request. */
export interface MailRecord {
  template: string
  subject: string
  to: readonly string[]
}

/** What a running application is asked; see `Controllable` of @arlen/core. */
export type Question =
  | { about: 'inspection' }
  | { about: 'plan'; sql: string }
  | { about: 'job'; name: string }
  /** Compile the templates while it runs. The answer is the warnings. */
  | { about: 'templates'; templates: TemplateFolders }

/** What a process has loaded so far. */
export interface Loaded {
  /** Absolute paths, with the `stampOf` each had just before it was loaded. Files of installed packages are omitted. */
  files: ReadonlyMap<string, string>
  /** Folders that the application reads as a whole: a new file in one of them matters too. */
  folders: readonly string[]
  /** Folders of static files. */
  assets: readonly string[]
  /** Folders of templates that it reads again when they change. */
  templates: readonly string[]
}

/** Messages from a child to its supervisor. */
export type FromChild =
  /** Started and waiting for an application. */
  | { type: 'warm'; loaded: Loaded }
  | { type: 'prepared'; warnings: readonly Diagnostic[] }
  | { type: 'ready'; loaded: Loaded; info: AppInfo }
  | { type: 'failed'; loaded: Loaded; diagnostics: readonly Diagnostic[] }
  /** Loaded while the application runs. */
  | { type: 'loaded'; loaded: Loaded }
  /** An uncaught error; the child exits. */
  | { type: 'crashed'; diagnostics: readonly Diagnostic[] }
  /** Diagnostics from the application, such as pending migrations or a warning. */
  | { type: 'diagnostics'; diagnostics: readonly Diagnostic[] }
  /** An unhandled rejection. The application has logged it and continues. */
  | { type: 'rejected'; diagnostics: readonly Diagnostic[] }
  | { type: 'request'; request: RequestRecord }
  /** A job has started or ended, or a mail was kept. */
  | { type: 'activity' }
  /** The answer to a question, or why there is none. */
  | { type: 'answer'; id: number; answer?: unknown; error?: string }
  /** Where the start waits, if known. */
  | { type: 'where'; at?: SourceLocation }

const FROM_CHILD = new Set<unknown>([
  'warm',
  'prepared',
  'ready',
  'failed',
  'loaded',
  'where',
  'rejected',
  'crashed',
  'diagnostics',
  'request',
  'activity',
  'answer',
])

/** Recognizes our messages: an application may also use `process.send`, and those messages are ignored. */
export function isFromChild(message: unknown): message is FromChild {
  return (
    typeof message === 'object' &&
    message !== null &&
    'boomhauer' in message &&
    'type' in message &&
    FROM_CHILD.has(message.type)
  )
}
