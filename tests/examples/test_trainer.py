"""A job that is preempted and taken up again; docs/trainer.md shows it."""

import httpx

CONFIG = """
job: extension
config:
  name: tram_lora_v1
  process:
    - type: sd_trainer
      training_folder: /app/ai-toolkit/output
      datasets:
        - folder_path: /app/ai-toolkit/datasets/trams
      save: {save_every: 500}
      sample: {sample_every: 500, prompts: [a red tram]}
      train: {steps: 2000}
"""


def train(config, base_url, token):
    """The client under test: it takes up again what was stopped before its last step, and fetches the checkpoint."""
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}) as api:
        jobs = f"{base_url}/prod/v1/trainers/ai-toolkit/jobs"
        body = {"config_file_format": "yaml", "config_file": config, "gpu_type": "ADA_80_PLUS"}
        job = api.post(jobs, json=body).raise_for_status().json()["id"]
        for _ in range(100):
            status = api.get(f"{jobs}/{job}/status").json()
            if status["status"] in ("FAILED", "CANCELED"):
                raise RuntimeError(status)
            if status["status"] == "STOPPED":
                if status["progress"]["current_step"] == status["progress"]["total_steps"]:
                    break
                api.post(f"{jobs}/{job}/resume", json={}).raise_for_status()
        made = api.get(f"{jobs}/{job}/result").json()["artifacts"]["checkpoints"]
        return httpx.get(made[-1]["path"]).content


def test_goes_on_after_a_preemption(runcomfy):
    runcomfy.add_prop("dataset", name="trams")
    runcomfy.script(pauses=0.4)
    assert b"lora" in train(CONFIG, runcomfy.url, runcomfy.api_key)
    assert len(runcomfy.requests(on="resume_job")) == 1
