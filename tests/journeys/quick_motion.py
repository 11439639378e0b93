"""A page whose timers, frames and clock are turned by hand, so that weeks pass in seconds while it asks a real server."""

from __future__ import annotations

CLOCK = """(() => {
    const later = window.setTimeout.bind(window);
    const ask = window.fetch.bind(window);
    const due = new Map();
    const world = { at: 0, asking: 0, framed: true, skew: 0, slept: 0, offline: false, leaving: false };
    const told = [];
    let names = 0;
    const plan = (act, wait, every) => {
        names += 1;
        due.set(names, { at: world.at + Math.max(wait || 0, 1), act: act, every: every });
        return names;
    };
    window.setTimeout = (act, wait) => plan(act, wait, 0);
    window.setInterval = (act, wait) => plan(act, wait, wait);
    window.clearTimeout = window.clearInterval = (name) => due.delete(name);
    window.requestAnimationFrame = (act) => (world.framed ? plan(() => act(world.at), 16, 0) : 0);
    performance.now = () => world.at;
    const began = () => Number(document.body.dataset.now);
    Date.now = () => began() + world.at + world.skew;
    const counted = (promise) => {
        world.asking += 1;
        const done = () => {
            world.asking -= 1;
            later(() => world.asking || told.splice(0).forEach((tell) => tell()), 0);
        };
        promise.then(done, done);
        return promise;
    };
    window.fetch = (path, options) => {
        const now = { 'X-Now': String(Math.floor(began() + world.at + world.slept)) };
        const asked = Object.assign({}, options, { headers: Object.assign(now, (options || {}).headers) });
        const answered = world.offline ? Promise.reject(new TypeError('no network')) : ask(path, asked);
        return counted(answered.then((answer) => {
            const read = answer.text.bind(answer);
            answer.text = () => counted(read());
            return answer;
        }));
    };
    const channel = new MessageChannel();
    const hops = [];
    channel.port1.onmessage = () => hops.shift()();
    const hop = () => new Promise((done) => { hops.push(done); channel.port2.postMessage(0); });
    async function settle(patient) {
        await hop();
        while (patient && world.asking) {
            await new Promise((done) => { told.push(done); });
            await hop();
        }
        await new Promise((done) => later(done, patient ? 0 : 2));
    }
    window.navigation.addEventListener('navigate', () => { world.leaving = true; });
    const next = () => {
        let name = 0;
        due.forEach((one, key) => { name = !name || one.at < due.get(name).at ? key : name; });
        return name;
    };
    // Each timer that falls into a stride goes off once at its end, as in a browser that sleeps.
    world.run = async (span, patient, stride) => {
        const end = world.at + span;
        await settle(patient);
        for (let name = next(); name && due.get(name).at <= end && !world.leaving; name = next()) {
            const one = due.get(name);
            const at = stride ? Math.ceil(one.at / stride) * stride : one.at;
            world.at = Math.max(world.at, Math.min(at, end));
            due.delete(name);
            if (one.every) {
                due.set(name, { at: world.at + one.every, act: one.act, every: one.every });
            }
            one.act();
            if (world.asking) {
                await settle(patient);
            }
        }
        world.at = end;
        await settle(patient);
        // A page that is being loaded anew does not come back to tell.
        await (world.leaving ? new Promise(() => null) : null);
    };
    window.world = world;
})();"""
"""Stands before the page's own scripts: `world.run` makes time pass for them, waiting for every answer if patient.

The server hears the page's own, true time with each question (X-Now); `skew` is by how much the television's clock is
wrong, `slept` what passed while the whole machine stood still; `offline` fails every question at once and cheaply.
"""
