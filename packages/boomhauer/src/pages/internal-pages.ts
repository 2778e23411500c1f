import type { IncomingMessage, ServerResponse } from 'node:http'
import { negotiate } from '@arlen/error-report'
import { DEVELOPMENT_PATH } from '@arlen/error-report/page'
import type { Supervisor } from '../build/supervisor.ts'
import { boomhauerError } from '../errors.ts'
import { type Page, renderPage } from '../panel/layout.ts'
import { mailDocument } from '../panel/mail-pages.ts'
import type { Panel } from '../panel/panel.ts'
import type { InternalPages } from '../proxy/dev-server.ts'
import { checkOrigin } from '../proxy/host-check.ts'
import { reloadScript } from '../proxy/inject-reload.ts'
import { CLIENT_SCRIPT } from './client-script.ts'
import type { LiveReload } from './live-reload.ts'
import { NOTICE_STYLE } from './notice-style.ts'

export interface InternalPagesOptions {
  supervisor: Supervisor
  live: LiveReload
  panel: Panel
  root: string
  /** Runs an action by name; rejects if there is none. */
  act: (name: string) => Promise<void>
}

/** Serves everything below the development server's own path. The `Host` field has already been checked. */
export function createInternalPages({ supervisor, live, panel, root, act }: InternalPagesOptions): InternalPages {
  const get = async (req: IncomingMessage, res: ServerResponse, path: readonly string[]): Promise<unknown> => {
    const { state } = supervisor
    const [first, second, third] = path
    if (path.length === 1 && first === 'events') {
      return live.connect(res, { type: 'state', build: state.build, state: state.kind })
    }
    if (path.length === 1 && first === 'client.js') return send(res, 'text/javascript; charset=utf-8', CLIENT_SCRIPT)
    if (path.length === 1 && first === 'notice.css') return send(res, 'text/css; charset=utf-8', NOTICE_STYLE)
    if (path.length === 3 && first === 'outbox' && third === 'html') {
      const { body, headers } = found(req, await mailDocument(root, second!))
      return send(res, 'text/html; charset=utf-8', body, headers)
    }
    const query = new URLSearchParams(req.url!.split('?')[1])
    sendPage(req, res, found(req, await panel.page(path, query.get('q') ?? '')), state.build)
  }

  const post = async (req: IncomingMessage, res: ServerResponse, path: readonly string[]): Promise<unknown> => {
    req.resume()
    const [section, name = '', third, index, verb] = path
    if (path.length === 2 && section === 'actions') {
      await act(name)
      return redirectBack(req, res)
    }
    if (path.length === 3 && section === 'jobs' && third === 'run') {
      found(req, (await panel.runJob(name)) || undefined)
      return redirectBack(req, res)
    }
    if (path.length === 5 && section === 'requests' && third === 'sql' && verb === 'plan') {
      return sendPage(req, res, found(req, await panel.plan(Number(name), Number(index))), supervisor.state.build)
    }
    throw boomhauerError('page_unknown', { path: req.url })
  }

  return (req, res) => {
    const { host, origin, 'sec-fetch-site': site } = req.headers
    checkOrigin({ host, origin, site: typeof site === 'string' ? site : undefined })
    const path = segmentsOf(req)
    if (req.method === 'POST') return post(req, res, path)
    if (req.method === 'GET' || req.method === 'HEAD') return get(req, res, path)
    throw boomhauerError('page_unknown', { path: req.url })
  }
}

/** The segments of the path below the development server's own, decoded. */
function segmentsOf(req: IncomingMessage): string[] {
  const path = req.url!.slice(DEVELOPMENT_PATH.length).split('?', 1)[0]!
  try {
    return path.split('/').map(decodeURIComponent)
  } catch {
    throw boomhauerError('page_unknown', { path: req.url })
  }
}

/** @throws HttpError 404 `page_unknown` */
function found<T>(req: IncomingMessage, value: T | undefined): T {
  if (value === undefined) throw boomhauerError('page_unknown', { path: req.url })
  return value
}

/** Sends a page to browsers and its data to everybody else. */
function sendPage(req: IncomingMessage, res: ServerResponse, page: Page, build: string): void {
  const { accept, 'user-agent': userAgent } = req.headers
  if (negotiate({ accept, userAgent }) !== 'html') {
    return send(res, 'application/json', JSON.stringify(page.json, null, 2))
  }
  const { headers, body } = renderPage(page)
  send(res, 'text/html; charset=utf-8', page.reloads ? body + reloadScript(build) : body, headers)
}

/** Sends the browser back to the page that the form was on. */
function redirectBack(req: IncomingMessage, res: ServerResponse): void {
  const back = URL.parse(req.headers.referer ?? '')
  const same = back?.host === req.headers.host
  res.writeHead(303, { location: same ? `${back!.pathname}${back!.search}` : '/', 'cache-control': 'no-store' }).end()
}

function send(res: ServerResponse, type: string, text: string, headers: Readonly<Record<string, string>> = {}): void {
  const body = Buffer.from(text)
  res.writeHead(200, {
    'content-type': type,
    'content-length': body.byteLength,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    vary: 'accept, user-agent',
    ...headers,
  })
  res.end(body)
}
