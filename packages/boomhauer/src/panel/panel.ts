import { setTimeout } from 'node:timers/promises'
import type { Inspection } from '@arlen/core'
import type { Supervisor } from '../build/supervisor.ts'
import type { Question } from '../child/protocol.ts'
import { configurationPage } from './configuration-page.ts'
import { jobsPage } from './jobs-page.ts'
import type { Page } from './layout.ts'
import { mailListPage, mailPage } from './mail-pages.ts'
import { type Insight, overviewPage } from './overview-page.ts'
import type { Places } from './place.ts'
import { requestsPage } from './request-list.ts'
import type { RequestLog } from './request-log.ts'
import { type Plan, requestPage } from './request-page.ts'
import { routesOf, routesPage } from './routes-page.ts'

const PATIENCE_MS = 5_000

export interface PanelOptions {
  supervisor: Pick<Supervisor, 'state' | 'settled'>
  places: Places
  requests: RequestLog
  insight: () => Insight
}

/** The pages about the running application. What they ask it for is asked when they are opened. */
export class Panel {
  readonly #options: PanelOptions

  constructor(options: PanelOptions) {
    this.#options = options
  }

  /**
   * The page of a path; undefined if there is none.
   *
   * @param path - its segments, decoded
   * @param query - what a list is narrowed down to
   */
  async page([section = '', name, ...more]: readonly string[], query: string): Promise<Page | undefined> {
    const { insight, requests, places } = this.#options
    if (more.length > 0) return undefined
    if (section === 'requests' && name !== undefined) return this.#request(Number(name))
    if (section === 'outbox' && name !== undefined) return mailPage(places.root, name)
    if (name !== undefined) return undefined
    await this.#built()
    switch (section) {
      case '':
        return overviewPage(insight(), await this.#inspection(), places)
      case 'requests':
        return requestsPage(requests.all, query)
      case 'routes':
        return routesPage(routesOf(await this.#inspection(), insight().routes), query, places)
      case 'jobs':
        return jobsPage((await this.#inspection())?.jobs ?? [])
      case 'outbox':
        return mailListPage(places.root)
      case 'configuration':
        return configurationPage(insight().config, query)
      default:
        return undefined
    }
  }

  /** The page of a request with the plan of one of its queries; undefined if there is no such query. */
  async plan(id: number, query: number): Promise<Page | undefined> {
    const record = this.#options.requests.find(id)?.sql?.[query]
    if (!record || record.clipped) return undefined
    return this.#request(id, { query, ...(await this.#planOf(record.text)) })
  }

  async #planOf(sql: string): Promise<Pick<Plan, 'text' | 'failure'>> {
    try {
      const text = await this.#ask({ about: 'plan', sql })
      return typeof text === 'string'
        ? { text }
        : { failure: 'The application cannot explain queries, or it does not run.' }
    } catch (error) {
      // The first line is the server's; the others are about the query that asked for the plan.
      return { failure: (error as Error).message.split('\n', 1)[0]! }
    }
  }

  /** Runs a job and waits for its end. Its failure is on the page of jobs, and in the log. */
  async runJob(name: string): Promise<boolean> {
    const jobs = (await this.#inspection())?.jobs ?? []
    if (!jobs.some(job => job.name === name)) return false
    await this.#ask({ about: 'job', name }).catch(() => undefined)
    return true
  }

  /** Waits for a build under way, as pages of the application do, but not forever. */
  async #built(): Promise<void> {
    await Promise.race([this.#options.supervisor.settled(), setTimeout(PATIENCE_MS, undefined, { ref: false })])
  }

  #request(id: number, plan?: Plan): Page | undefined {
    const { requests, places } = this.#options
    const request = requests.find(id)
    return request && requestPage(request, { ...places, plan })
  }

  async #inspection(): Promise<Inspection | undefined> {
    return (await this.#ask({ about: 'inspection' }).catch(() => undefined)) as Inspection | undefined
  }

  async #ask(question: Question): Promise<unknown> {
    const { state } = this.#options.supervisor
    return state.kind === 'ready' ? state.child.ask(question) : undefined
  }
}
