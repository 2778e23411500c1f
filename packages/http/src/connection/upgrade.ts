import type { Duplex } from 'node:stream'
import { isPromiseLike } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { crossSiteEvidence } from '../cross-site.ts'
import { httpError } from '../errors.ts'
import type { HttpRequest } from '../request.ts'
import { Reply } from '../response/reply.ts'
import type { UpgradeHandler } from './exchange.ts'

/** Options of `c.upgrade()`. */
export interface UpgradeOptions {
  /** Whether pages of any other site may open the connection, with their visitors' cookies. Default false. */
  crossSite?: boolean
}

const OPTIONS: OptionTable<UpgradeOptions> = { crossSite: option.boolean }

/** The response to an upgrade request: we send none, the handler takes over. */
export class UpgradeReply extends Reply {
  readonly take: UpgradeHandler

  constructor(take: UpgradeHandler) {
    super(null, '', 426)
    this.take = take
  }
}

/** Calls the handler. If it fails, nothing else uses the connection, so it is closed. */
export function handOver(socket: Duplex, head: Buffer, take: UpgradeHandler, report: (error: unknown) => void): void {
  const failed = (error: unknown) => {
    report(error)
    socket.destroy()
  }
  try {
    const result: unknown = take(socket, head)
    if (isPromiseLike(result)) result.then(undefined, failed)
  } catch (error) {
    failed(error)
  }
}

/** Throws if a request cannot be handed over as `protocol`, and says why. */
export function checkHandshake(req: HttpRequest, protocol: string, options: UpgradeOptions): void {
  const { crossSite = false } = readOptions('c.upgrade()', options, OPTIONS)
  const asked = req._upgrades && listed(req.header('upgrade'), protocol)
  if (!asked) throw httpError('upgrade_required', { protocol }, { headers: { Upgrade: protocol } })
  if (crossSite) return
  // The same-origin policy does not cover WebSockets: any page can open one and read what it receives.
  const from = { fetchSite: req.header('sec-fetch-site'), origin: req.header('origin'), host: req.host }
  const evidence = crossSiteEvidence(from, req._exchange.engine.trustedOrigins)
  if (evidence !== undefined) throw httpError('upgrade_cross_site', { evidence })
}

/** Whether a comma-separated list contains the token, in any case. */
function listed(list: string | undefined, member: string): boolean {
  const members = list?.toLowerCase().split(',') ?? []
  return members.some(each => each.trim() === member.toLowerCase())
}
