import type { IncomingMessage, ServerResponse } from 'node:http'
import { DEVELOPMENT_PATH } from '@arlen/error-report/page'
import type { Supervisor } from '../build/supervisor.ts'
import { boomhauerError } from '../errors.ts'
import type { PanelOptions } from '../panel/panel.ts'
import type { PanelServer } from '../panel/panel-server.ts'
import type { InternalPages } from '../proxy/dev-server.ts'
import { checkOrigin } from '../proxy/host-check.ts'
import type { LiveReload } from './live-reload.ts'
import { redirectBack, sendBody } from './send-body.ts'

export interface InternalPagesOptions extends PanelOptions {
  supervisor: Supervisor
  live: LiveReload
  /** Runs an action by name; rejects if there is none. */
  act: (name: string) => Promise<void>
}

/** Serves everything below the development server's own path. The `Host` field has already been checked. */
export function createInternalPages(options: InternalPagesOptions): InternalPages {
  const { supervisor, live, act } = options
  let panel: PanelServer | undefined
  /** What only some sessions need is loaded when it is asked for. */
  const own = async (
    req: IncomingMessage,
    res: ServerResponse,
    [name, action]: readonly string[],
  ): Promise<boolean> => {
    const { state } = supervisor
    const isPost = req.method === 'POST'
    if (isPost && name === 'actions' && action !== undefined) {
      await act(action)
      redirectBack(req, res)
    } else if (isPost || action !== undefined) return false
    else if (name === 'events') {
      const isList = new URLSearchParams(req.url!.split('?')[1]).has('activity')
      live.connect(res, { type: 'state', build: state.build, state: state.kind }, isList)
    } else if (name === 'client.js') {
      sendBody(res, 'text/javascript; charset=utf-8', (await import('./client-script.ts')).CLIENT_SCRIPT)
    } else if (name === 'notice.css') {
      sendBody(res, 'text/css; charset=utf-8', (await import('./notice-style.ts')).NOTICE_STYLE)
    } else return false
    return true
  }

  return async (req, res) => {
    const { host, origin, 'sec-fetch-site': site } = req.headers
    checkOrigin({ host, origin, site: typeof site === 'string' ? site : undefined })
    if (!/^(?:GET|HEAD|POST)$/.test(req.method!)) throw boomhauerError('page_unknown', { path: req.url })
    if (req.method === 'POST') req.resume()
    const path = segmentsOf(req)
    if (path.length <= 2 && (await own(req, res, path))) return
    panel ??= (await import('../panel/panel-server.ts')).createPanelServer(options)
    if (!(await panel(req, res, path))) throw boomhauerError('page_unknown', { path: req.url })
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
