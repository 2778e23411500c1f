import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { TestClock } from './clock.ts'
import { testingError } from './errors.ts'
import type { TestOutbox } from './mail/outbox.ts'
import type { LogLine } from './observe/record.ts'
import { openTarget, type Testable, type Transport } from './target/open-target.ts'
import { TestServer } from './test-server.ts'
import { Visitor, type VisitorOptions } from './visitor.ts'

/** Options of {@link testApp}. */
export interface TestAppOptions {
  /**
   * How requests reach an application in this process. `process` (default): over a pair of streams, through the same parser
   * and writer as a socket. `socket`: over TCP, at a free port of 127.0.0.1. `fetch`: through the application's own
   * `fetch()`, without a connection.
   */
  over?: Transport
  /**
   * Takes control of the time before the application starts, so that timers it starts then are controlled too. Default
   * false: those keep the real time, and control begins with the first access to `t.clock`.
   */
  clock?: boolean
}

/** An application under test, and its first visitor. */
export class TestApp extends Visitor implements AsyncDisposable {
  /** Everything that the application has logged since the start; empty if it runs in another process. */
  get logs(): readonly LogLine[] {
    return this.server.observer?.logs ?? []
  }

  /** The mail that the application sends; none of it leaves this process. */
  get outbox(): TestOutbox {
    if (this.server.observer === undefined) throw testingError('app_not_in_process', { what: 'outbox' })
    return this.server.observer.outbox
  }

  /** The application's address: `http://127.0.0.1:49152`, or a name if it has no network address. */
  get url(): string {
    return this.server.origin.origin
  }

  #clock: TestClock | undefined

  /** @internal */
  constructor(server: TestServer, clock?: TestClock) {
    super(server)
    this.#clock = clock
    if (clock) server.onClose(() => clock.restore())
  }

  /** Controls the time of this process from the first access on. Time stands still until the test moves it. */
  get clock(): TestClock {
    if (!this.#clock?.isInstalled) {
      if (!this.inProcess) throw testingError('app_not_in_process', { what: 'clock' })
      const clock = new TestClock()
      this.server.onClose(() => clock.restore())
      this.#clock = clock
    }
    return this.#clock
  }

  /** Another visitor, with separate cookies. */
  visitor(options?: VisitorOptions): Visitor {
    return new Visitor(this.server, options)
  }

  /**
   * A visitor who is logged in without the form: by `login()` of the application's `Authentication`, with the first request
   * whose user is looked up.
   *
   * @param user - a user as the application represents one, or a user's id, which `findUser()` finds
   */
  as(user: object | string | number, options?: VisitorOptions): Visitor {
    if (!this.inProcess) throw testingError('app_not_in_process', { what: 'as()' })
    return new Visitor(this.server, options, user)
  }

  /**
   * Ends the connections and the application.
   *
   * @throws ArlenError `resources_leaked` if a request was described but never awaited: the test has not tested it
   */
  close(): Promise<void> {
    return this.server.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

const OVER: readonly string[] = ['process', 'socket', 'fetch'] satisfies Transport[]

const OPTIONS: OptionTable<TestAppOptions> = { over: option.oneOf(...OVER), clock: option.boolean }

/**
 * Prepares an application for tests, in this process by default.
 *
 * ```ts
 * await using t = await testApp(app)
 * await t.get('/users/1').status(200).type('html').text('h1', 'Ada')
 * ```
 *
 * @param app - an Arlen application, a server of node:http, a Fastify, Express or Koa application, an object with
 *   `fetch()`, or the URL of a running server
 * @throws ArlenError `target_unknown`, `option_invalid`
 */
export async function testApp(app: Testable, options: TestAppOptions = {}): Promise<TestApp> {
  const { over = 'process', clock = false } = readOptions('testApp()', options, OPTIONS)
  const time = clock ? new TestClock() : undefined
  try {
    return new TestApp(new TestServer(await openTarget(app, over)), time)
  } catch (error) {
    time?.restore()
    throw error
  }
}
