import { type RunningServer, runMotp } from '../../support/processes.ts';

export interface Person {
  name: string;
  phone: string;
}

export interface OpenedCheck {
  id: string;
  url: string;
}

/** An institution of the test's own, whose LMS asks by PROTOCOL.md §2. */
export interface Institution {
  open(learner: Person, more?: Record<string, unknown>): Promise<OpenedCheck>;
  /** How the check stands, as the LMS's server learns it. */
  check(id: string): Promise<{ status: string; receipt?: string }>;
}

export async function foundInstitution(server: RunningServer, origin: string): Promise<Institution> {
  const words = ['--id', 'hanbit', '--name', '한빛 훈련원', '--origin', origin];
  const env = { MOTP_MODE: 'demo', MOTP_PUBLIC_URL: server.url };
  const { code, stdout, stderr } = await runMotp(['institution', 'add', ...words], server.folder, env);
  if (code !== 0) throw new Error(`motp institution add ended with ${code}: ${stderr}`);
  const { apiKey } = JSON.parse(stdout) as { apiKey: string };
  const ask = (path: string, init: RequestInit = {}) => askLmsApi(server.url + path, apiKey, init);
  let opened = 0;
  return {
    open: (learner, more = {}) => {
      const body = {
        learner: { id: `t-${learner.phone}`, ...learner },
        course: { id: 'safety-101', title: '산업안전보건' },
        // A number of its own: an open check of the same occasion would be given again.
        occasion: { kind: 'exam', number: ++opened },
        ...more,
      };
      return ask('/v1/checks', { method: 'POST', body: JSON.stringify(body) }) as Promise<OpenedCheck>;
    },
    check: (id) => ask(`/v1/checks/${id}`) as Promise<{ status: string; receipt?: string }>,
  };
}

async function askLmsApi(url: string, apiKey: string, init: RequestInit): Promise<unknown> {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const response = await fetch(url, { ...init, headers });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

let people = 0;

/** A learner whom no other test knows. */
export function anybody(name = '홍길동'): Person {
  const number = String(++people).padStart(4, '0');
  return { name, phone: `010-5521-${number}` };
}
