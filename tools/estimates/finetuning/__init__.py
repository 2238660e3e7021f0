"""Fine-tuning: full, LoRA, QLoRA, reinforcement learning."""
