// SPDX-License-Identifier: ISC
// Waiting for a condition, never for a time.  The limits are there to end what
// hangs: a machine may be slow and have other things to do.

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Calls probe() until it gives something true and returns that.  What it
// throws counts as "not yet" and is shown when the time is over.
export async function waitFor(what, probe, { seconds = 120, everyMs = 40 } = {}) {
	const end = Date.now() + seconds * 1000;
	let last;
	for (;;) {
		try {
			last = await probe();
			if (last) return last;
		} catch (error) {
			last = error;
		}
		if (Date.now() > end) {
			const seen = last instanceof Error ? last.stack : JSON.stringify(last);
			throw new Error(`waited ${seconds} s in vain for ${what}; last: ${seen}`);
		}
		await pause(everyMs);
	}
}

// Claims that something does not happen: fails as soon as probe() gives
// something true, and passes once after() has come true and probe() still
// gives nothing.
export async function neverBefore(what, probe, after, options) {
	let happened;
	await waitFor(
		`the end of waiting for what must not happen: ${what}`,
		async () => {
			happened = await probe();
			return happened || (await after());
		},
		options,
	);
	happened ||= await probe();
	if (happened)
		throw new Error(`happened: ${what}: ${JSON.stringify(happened)}`);
}
