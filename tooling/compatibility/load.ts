import http from 'node:http'

/** The outcome of the requests. */
export interface Loss {
  answered: number
  /** The errors of requests without a response. */
  lost: string[]
  /** Responses with a status of 500 or more. */
  errors: number
}

const CLIENTS = 16

/** Sends requests during an operation: half of the clients keep their connection, half open one for each request. */
export async function underLoad(url: string, work: () => Promise<void>): Promise<Loss> {
  const loss: Loss = { answered: 0, lost: [], errors: 0 }
  let stopping = false
  const client = async (index: number) => {
    const agent = index % 2 === 0 ? new http.Agent({ keepAlive: true, maxSockets: 1 }) : false
    while (!stopping) {
      try {
        if ((await ask(url, agent)) >= 500) loss.errors++
        loss.answered++
      } catch (error) {
        loss.lost.push((error as NodeJS.ErrnoException).code ?? String(error))
        await new Promise(resolve => setTimeout(resolve, 20))
      }
    }
    if (agent) agent.destroy()
  }
  const clients = Array.from({ length: CLIENTS }, (_, index) => client(index))
  try {
    await work()
  } finally {
    stopping = true
    await Promise.all(clients)
  }
  return loss
}

function ask(url: string, agent: http.Agent | false): Promise<number> {
  return new Promise((resolve, reject) => {
    http
      .get(url, { agent }, response => {
        response.resume()
        response.once('error', reject)
        response.once('end', () => resolve(response.statusCode!))
      })
      .once('error', reject)
  })
}
