import type { IncomingMessage, ServerResponse } from 'node:http'
import { negotiate } from '@arlen/error-report'
import { redirectBack, sendBody } from '../pages/send-body.ts'
import { reloadScript } from '../proxy/inject-reload.ts'
import { type Page, renderPage } from './layout.ts'
import { mailDocument } from './mail-pages.ts'
import { Panel, type PanelOptions } from './panel.ts'

/** Answers for a path of the panel, decoded and in segments; false if there is no such page. */
export type PanelServer = (req: IncomingMessage, res: ServerResponse, path: readonly string[]) => Promise<boolean>

/** Serves the pages of the panel. It is loaded with the first of them. */
export function createPanelServer(options: PanelOptions): PanelServer {
  const panel = new Panel(options)
  const send = (req: IncomingMessage, res: ServerResponse, page: Page | undefined) => {
    if (page) sendPage(req, res, page, options.supervisor.state.build)
    return page !== undefined
  }
  const get: PanelServer = async (req, res, path) => {
    const [first, second, third] = path
    if (path.length === 3 && first === 'outbox' && third === 'html') {
      const found = await mailDocument(options.places.root, second!)
      if (found) sendBody(res, 'text/html; charset=utf-8', found.body, found.headers)
      return found !== undefined
    }
    const query = new URLSearchParams(req.url!.split('?')[1])
    return send(req, res, await panel.page(path, query.get('q') ?? ''))
  }
  const post: PanelServer = async (req, res, path) => {
    const [section, name = '', third, index, verb] = path
    if (path.length === 3 && section === 'jobs' && third === 'run') {
      const hasRun = await panel.runJob(name)
      if (hasRun) redirectBack(req, res)
      return hasRun
    }
    if (path.length === 5 && section === 'requests' && third === 'sql' && verb === 'plan') {
      return send(req, res, await panel.plan(Number(name), Number(index)))
    }
    return false
  }
  return (req, res, path) => (req.method === 'POST' ? post : get)(req, res, path)
}

/** Sends a page to browsers and its data to everybody else. */
function sendPage(req: IncomingMessage, res: ServerResponse, page: Page, build: string): void {
  const { accept, 'user-agent': userAgent } = req.headers
  if (negotiate({ accept, userAgent }) !== 'html') {
    return sendBody(res, 'application/json', JSON.stringify(page.json, null, 2))
  }
  const { headers, body } = renderPage(page)
  sendBody(res, 'text/html; charset=utf-8', page.reloads ? body + reloadScript(build) : body, headers)
}
