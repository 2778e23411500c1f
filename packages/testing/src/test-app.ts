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
   * How requests reach an application of this process. `process` (default): over a pair of streams, through the same
   * parser and writer as a socket. `socket`: over TCP, at a free port of 127.0.0.1. `fetch`: by the application's own
   * `fetch()`, without a connection.
   */
  over?: Transport
  /**
   * Takes over the time before the application starts, so that timers it begins then are moved too. Default false: they
   * keep the real time, and what happens from the first look at `t.clock` on is moved.
   */
  clock?: boolean
}

/** An application under test, and its first visitor. */
export class TestApp extends Visitor implements AsyncDisposable {
  /** Everything that the application has logged since the start; empty where it runs in another process. */
  get logs(): readonly LogLine[] {
    return this.server.observer?.logs ?? []
  }

  /** The mail that the application sends; none of it leaves this process. */
  get outbox(): TestOutbox {
    if (this.server.observer === undefined) throw testingError('app_not_in_process', { what: 'outbox' })
    return this.server.observer.outbox
  }

  /** Where the application is: `http://127.0.0.1:49152`, or a name for what no network reaches. */
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

  /** The time of this process in the hands of the test, from the first look at it. It stands still until it is moved. */
  get clock(): TestClock {
    if (!this.#clock?.isInstalled) {
      if (!this.inProcess) throw testingError('app_not_in_process', { what: 'clock' })
      const clock = new TestClock()
      this.server.onClose(() => clock.restore())
      this.#clock = clock
    }
    return this.#clock
  }

  /** Someone else, with cookies of their own. */
  visitor(options?: VisitorOptions): Visitor {
    return new Visitor(this.server, options)
  }

  /**
   * Someone who is logged in without the form: by `login()` of the application's `Authentication`, with the first request
   * that asks who it is from.
   *
   * @param user - a user as the application knows one, or the id of one, which `findUser()` finds
   */
  as(user: object | string | number, options?: VisitorOptions): Visitor {
    if (!this.inProcess) throw testingError('app_not_in_process', { what: 'as()' })
    return new Visitor(this.server, options, user)
  }

  /**
   * Ends the connections and the application.
   *
   * @throws ArlenError `resources_leaked` where a request was described and never awaited: the test has not tested it
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
 * Makes an application ready for tests, in this process by default.
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
