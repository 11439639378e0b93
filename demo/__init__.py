"""The demonstration: Lu'an's published figures of 2022, and the fictional county of Yunxi."""
