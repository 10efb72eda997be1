// What the server (or the road to it) refused, in one shape. Sentences come from the server's `detail`;
// only what never reached it is worded here.
import { problemWords } from '../words/en/problems';

export interface ProblemField {
  name: string;
  code: string;
  detail: string;
  owner: string | null;
}

/** RFC 9457, as CONTRACT "Wire conventions" has it. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  fields: ProblemField[];
}

export class Problem extends Error {
  readonly body: ProblemBody;

  constructor(body: ProblemBody) {
    super(body.detail);
    this.name = 'Problem';
    this.body = body;
  }

  get code(): string {
    return this.body.code;
  }
  get status(): number {
    return this.body.status;
  }
  get fields(): ProblemField[] {
    return this.body.fields;
  }
}

const local = (code: 'network.unreachable' | 'network.not_ours', status: number): Problem =>
  new Problem({ type: 'about:blank', title: problemWords[code].title, status, detail: problemWords[code].detail, code, request_id: '', fields: [] });

/** No answer came. The command may or may not have arrived: repeat it with the same key. */
export const unreachable = (): Problem => local('network.unreachable', 0);

/** An answer that is not ours: a proxy's page, a captive portal. Our no always says application/problem+json. */
export async function problemOf(response: Response): Promise<Problem> {
  if (!(response.headers.get('content-type') ?? '').includes('application/problem+json')) return local('network.not_ours', response.status);
  const body: unknown = await response.json().catch(() => null);
  if (typeof body !== 'object' || body === null || !('code' in body)) return local('network.not_ours', response.status);
  const given = body as Partial<ProblemBody>;
  return new Problem({
    type: given.type ?? 'about:blank',
    title: given.title ?? problemWords['network.not_ours'].title,
    status: given.status ?? response.status,
    detail: given.detail ?? given.title ?? '',
    code: String(given.code),
    request_id: given.request_id ?? '',
    fields: given.fields ?? [],
  });
}

/** What the server says of one field of a form, to stand beside it. */
export const faultAt = (problem: Problem | null, name: string): string | null => problem?.fields.find((field) => field.name === name)?.detail ?? null;

/** Anything thrown, as a Problem. */
export const asProblem = (thrown: unknown): Problem => (thrown instanceof Problem ? thrown : unreachable());
