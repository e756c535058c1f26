// An idea's whole way, from its draft to its verified certificate, through types that were generated from the API's description.
import { createHash, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Problem = components["schemas"]["Problem"];
type Type = components["schemas"]["ProblemType"];
type Api = Client<paths>;
interface Scene {
  address: string;
  number: string;
  password: string;
  mate: string;
  owner: string;
}

const scene = JSON.parse(process.argv[2] ?? "{}") as Scene;
const today = new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);
const reason = "Alasan yang cukup jelas untuk dicatat.";
const key = () => ({ "Idempotency-Key": randomUUID() });
const by = (token: string): Api => createClient<paths>({ baseUrl: scene.address, headers: { Authorization: `Bearer ${token}` } });

function done<T>(answer: { data?: T; error?: Problem; response: Response }): T {
  if (answer.data === undefined) throw new Error(`${answer.response.url}: ${JSON.stringify(answer.error)}`);
  return answer.data;
}

function refused(answer: { error?: Problem; response: Response }, status: number, type: Type): void {
  const problem = answer.error;
  if (answer.response.status !== status || problem?.type !== type) throw new Error(`${status} ${type}: ${JSON.stringify(problem)}`);
  console.log(`  ${status} ${problem.type}`);
}

async function until<T>(find: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 900; tries += 1) {
    const found = await find();
    if (found !== undefined) return found;
    await pause(100);
  }
  throw new Error("nothing came of it");
}

async function reach(api: Api, idea_id: string, stage: components["schemas"]["IdeaOut"]["stage"]): Promise<void> {
  await until(async () => {
    const idea = done(await api.GET("/api/v1/ideas/{idea_id}", { params: { path: { idea_id } } }));
    return idea.stage === stage ? idea : undefined;
  });
  console.log(`  ${stage}`);
}

const anybody = createClient<paths>({ baseUrl: scene.address });
const token = done(await anybody.POST("/api/v1/tokens", { body: { identifier: scene.number, password: scene.password } }));
const lead = by(token.access_token);
const [mate, head, secretary, chair, deputy, owner, verifier, leader] = [
  "mate", "head", "secretary", "chair", "deputy", "owner", "verifier", "leader",
].map((who) => by(`token-of-${who}`)) as [Api, Api, Api, Api, Api, Api, Api, Api];

const calls = done(await lead.GET("/api/v1/calls", { params: { query: { state: "open" } } })).calls;
const call_id = calls[0]?.id ?? "";
const sections = { background: "Warga menunggu lama di loket pelayanan surat.", idea: "Antrean daring dengan nomor yang pasti." };
const team = [
  { employee_number: scene.number, share_hundredths: 6_000, role: "" },
  { employee_number: scene.mate, share_hundredths: 4_000, role: "" },
];
const said = { title: "Antrean daring kelurahan", form: "public_service", medium: "digital", theme: "", sections, budget_rupiah: 0 } as const;
const drafted = await lead.POST("/api/v1/ideas", { params: { header: key() }, body: { ...said, call_id, team } });
const idea = done(drafted);
const path = { idea_id: idea.id };
const step = () => ({ path, header: key() });

console.log("Refusals are typed.");
refused(
  await lead.POST("/api/v1/ideas/{idea_id}/supplement", { params: step(), body: { ...said, team, without_unanswered: false } }),
  409, "urn:gagas:problem:wrong_stage",
);
refused(
  await lead.PUT("/api/v1/ideas/{idea_id}", { params: { path, header: { "If-Match": '"another"' } }, body: { ...said, team } }),
  412, "urn:gagas:problem:version_stale",
);
refused(
  await lead.POST("/api/v1/ideas", { params: { header: key() }, body: { ...said, title: "", call_id, team } }),
  422, "urn:gagas:problem:text_empty",
);
refused(
  await lead.PUT("/api/v1/ideas/{idea_id}", { params: { path, header: { "If-Match": "" } }, body: { ...said, team } }),
  428, "urn:gagas:problem:match_missing",
);

console.log("From the draft to the decision.");
done(await mate.POST("/api/v1/ideas/{idea_id}/agreement", { params: step(), body: { outcome: "joined", reason: "" } }));
done(await lead.POST("/api/v1/ideas/{idea_id}/submission", { params: step() }));
await reach(head, idea.id, "awaiting_permission");
done(await head.POST("/api/v1/ideas/{idea_id}/permission", { params: step(), body: { outcome: "granted", reason: "" } }));
await reach(secretary, idea.id, "screening");
const answers = { renewal: true, benefit: true };
const findings = { outcome: "accepted", answers, parts: [] as string[], reason: "", duplicate_of: "", duplicate_not_registered: false } as const;
done(await secretary.POST("/api/v1/ideas/{idea_id}/screening", { params: step(), body: findings }));
await reach(secretary, idea.id, "in_review");
const asked = await until(async () => {
  const found: Api[] = [];
  for (const number of [1, 2, 3, 4]) {
    const reviewer = by(`token-of-reviewer${number}`);
    if (done(await reviewer.GET("/api/v1/inbox")).inbox.some((item) => item.idea.id === idea.id)) found.push(reviewer);
  }
  return found.length === 3 ? found : undefined;
});
for (const reviewer of asked) {
  done(await reviewer.POST("/api/v1/ideas/{idea_id}/score", { params: step(), body: { points: { novelty: 90, impact: "88" }, comment: "" } }));
}
await reach(chair, idea.id, "shortlisted");
done(await chair.POST("/api/v1/ideas/{idea_id}/recommendation", { params: step(), body: { outcome: "feasible", reason } }));
const decree = { decree_number: "100.3.3/1/2026", decree_on: today };
done(await deputy.POST("/api/v1/ideas/{idea_id}/determination", { params: step(), body: { outcome: "adopted", reason: "", ...decree } }));

console.log("The pilot.");
const goal = { name: "Lama antre", unit_label: "menit", direction: "down", baseline: "95", target: "40" } as const;
const days = { starts_on: today, ends_on: new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10) };
const plan = { unit_code: "ANDIR", owner_id: scene.owner, site: "Kantor", decree_number: "", budget_rupiah: 0, ...days, indicators: [goal] };
done(await secretary.POST("/api/v1/ideas/{idea_id}/pilot", { params: step(), body: plan }));
await reach(owner, idea.id, "in_pilot");
const indicator_id = done(await owner.GET("/api/v1/ideas/{idea_id}/pilot", { params: { path } })).indicators[0]?.id ?? "";
const reading = { indicator_id, measured_on: today, value: "38", note: "" };
done(await owner.POST("/api/v1/ideas/{idea_id}/pilot/measurements", { params: step(), body: reading }));
done(await owner.POST("/api/v1/ideas/{idea_id}/pilot/conclusion", { params: step(), body: { summary: reason } }));
done(await verifier.POST("/api/v1/ideas/{idea_id}/pilot/verdict", { params: step(), body: { outcome: "roll_out", reason } }));
await reach(secretary, idea.id, "rolled_out");

console.log("The award.");
const award_id = await until(async () => done(await leader.GET("/api/v1/awards")).awards.find((each) => each.idea_id === idea.id)?.id);
const of = () => ({ path: { award_id }, header: key() });
const approval = { decree_number: "100.3.3/2/2026", decree_on: today };
done(await leader.POST("/api/v1/awards/{award_id}/approval", { params: of(), body: approval }));
const announce_at = new Date(Date.now() + 2_000).toISOString();
done(await leader.POST("/api/v1/awards/{award_id}/schedule", { params: of(), body: { announce_at } }));

console.log("The certificate.");
const certificate = await until(async () => {
  const documents = done(await lead.GET("/api/v1/documents", { params: { query: { kind: "certificate" } } })).documents;
  return documents.find((each) => each.sha256 !== null);
});
const file = await lead.GET("/api/v1/documents/{document_id}/file", { params: { path: { document_id: certificate.id } }, parseAs: "arrayBuffer" });
const digest = createHash("sha256").update(Buffer.from(file.data as unknown as ArrayBuffer)).digest("hex");
if (digest !== certificate.sha256) throw new Error("the file is not the one that was issued");
const verified = done(await anybody.GET("/api/v1/verification/{token}", { params: { path: { token: certificate.verify_url.split("/").pop() ?? "" } } }));
console.log(`  ${verified.kind} ${verified.state} ${verified.holder_name}`);
